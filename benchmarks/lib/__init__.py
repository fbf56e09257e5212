"""What the benchmarks share; the programs themselves lie one folder up."""

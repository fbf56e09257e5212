"""The customers, their contacts and branches, and the products."""

from dataclasses import dataclass, field

from .world import read_csv

SURNAMES = "王李张刘陈杨黄吴徐朱林郭高罗郑谢宋唐许邓冯曹彭曾蒋蔡潘田董袁"
GIVEN = (
    "建国", "伟强", "志刚", "海涛", "晓燕", "丽娟", "国平", "永红", "文斌", "雪梅", "立新", "庆华",
    "德胜", "凤英", "少军", "明辉", "玉兰", "世杰", "春生", "慧敏", "长青", "亚楠", "宏伟", "秀珍",
)
STREETS = ("工业路", "创业路", "振兴路", "科技路")
TITLES = ("采购经理", "设备部部长", "技术总监", "采购专员", "生产副总", "财务主管")
# customers whose branch orders as well: city of the branch
BRANCHES = {
    "苏州岩泰工程机械有限公司": ("昆山市", "JS"),
    "佛山澜枫注塑装备有限公司": ("肇庆市", "GD"),
    "徐州朔衡重型装备有限公司": ("宿迁市", "JS"),
    "天津柏屿海工装备有限公司": ("唐山市", "HE"),
    "长沙翊川路面机械有限公司": ("岳阳市", "HN"),
    "宁波澄远塑料机械有限公司": ("慈溪市", "ZJ"),
}


@dataclass
class Customer:
    """One line of customers.csv with what is made of it."""

    row: dict
    partner: object
    branch: object = None
    account: object = None
    orders: list = field(default_factory=list)

    def __getattr__(self, name):
        # the columns read like attributes
        try:
            return self.__dict__["row"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def members(self):
        """The people of the account team: [(login, role)]."""
        return [tuple(item.split(":")) for item in self.row["members"].split(";") if item]


def make(world):
    """Make the customers with their people, and the products."""
    _make_customers(world)
    _make_contacts(world)
    _make_products(world)


def _make_customers(world):
    env = world.quiet_env
    rows = read_csv("customers")
    names = dict.fromkeys(row["industry"] for row in rows)
    industries = env["res.partner.industry"].create([{"name": name} for name in names])
    industry_ids = dict(zip(names, industries.ids))
    terms = env.ref("account.account_payment_term_30days", raise_if_not_found=False)
    partners = env["res.partner"].create([
        {
            "name": row["name"],
            "is_company": True,
            "industry_id": industry_ids[row["industry"]],
            "user_id": world.users[row["owner"]].id,
            "street": f"{world.random.choice(STREETS)}{world.random.randrange(1, 400)}号",
            "phone": f"0{world.random.randrange(510, 799)}-8{world.random.randrange(10**6, 10**7)}",
            "email": f"c{number:03}@example.com",
            "lang": world.lang,
            "property_payment_term_id": terms and terms.id,
            **_get_place(world, row["city"], row["province"]),
        }
        for number, row in enumerate(rows, 1)
    ])
    world.customers = [Customer(row, partner) for row, partner in zip(rows, partners)]


def _get_place(world, city, province):
    return {
        "city": city,
        "state_id": world.env.ref(f"base.state_cn_{province}").id,
        "country_id": world.env.ref("base.cn").id,
    }


def _make_contacts(world):
    choice = world.random.choice
    env = world.quiet_env
    env["res.partner"].create([
        {
            "parent_id": customer.partner.id,
            "name": choice(SURNAMES) + choice(GIVEN),
            "function": title,
            "email": f"c{number:03}.{title_number}@example.com",
            "phone": f"139{world.random.randrange(10**7, 10**8)}",
            "lang": world.lang,
        }
        for number, customer in enumerate(world.customers, 1)
        for title_number, title in enumerate(
            world.random.sample(TITLES, 3 if customer.grade in ("A", "B") else 1)
        )
    ])
    having = [customer for customer in world.customers if customer.name in BRANCHES]
    branches = env["res.partner"].create([
        {
            "parent_id": customer.partner.id,
            "type": "other",
            "name": f"{BRANCHES[customer.name][0].removesuffix('市')}分公司",
            "lang": world.lang,
            **_get_place(world, *BRANCHES[customer.name]),
        }
        for customer in having
    ])
    for customer, branch in zip(having, branches):
        customer.branch = branch


def _make_products(world):
    env = world.quiet_env
    rows = read_csv("products")
    names = dict.fromkeys(row["category"] for row in rows)
    categories = env["product.category"].create([{"name": name} for name in names])
    category_ids = dict(zip(names, categories.ids))
    world.products = env["product.product"].create([
        {
            "name": row["name"],
            "default_code": row["code"],
            "categ_id": category_ids[row["category"]],
            "list_price": float(row["price"]),
            "standard_price": round(float(row["price"]) * 0.64, 2),
            "type": "service" if row["category"] == "技术服务" else "consu",
            "invoice_policy": "order",
        }
        for row in rows
    ])

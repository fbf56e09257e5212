import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";

// So long the customer's doorkeeper waits; then the time alone has to do.
const PATIENCE = 10000;

/** Ask for the consent; resolves to "agreed", "refused" or "closed". */
function askConsent(env, days) {
    return new Promise((resolve) => {
        env.services.dialog.add(ConfirmationDialog, {
            title: _t("Give Your Position?"),
            body: _t(
                "Where your device is now would be kept with this visit, so that a check of the report can see that you were there. Those who go on the visit, its leader, the director and the inspector can see it. It is erased after %(days)s days, or when you erase it on the visit. You are free to refuse: then only the time is noted.",
                { days }
            ),
            confirmLabel: _t("Agree and Check In"),
            confirm: () => resolve("agreed"),
            cancelLabel: _t("Check In Without Position"),
            cancel: () => resolve("refused"),
            dismiss: () => resolve("closed"),
        });
    });
}

/** Resolve to the position of the device, or to null where it gives none. */
function readPosition() {
    return new Promise((resolve) => {
        if (!navigator.geolocation) {
            resolve(null);
            return;
        }
        navigator.geolocation.getCurrentPosition(
            ({ coords: { latitude, longitude, accuracy } }) =>
                resolve({ latitude, longitude, accuracy }),
            () => resolve(null),
            { enableHighAccuracy: true, timeout: PATIENCE }
        );
    });
}

/** Check in to a visit; the position goes along only after its owner has agreed in the dialog. */
async function checkIn(env, { params }) {
    const answer = params.is_position_asked ? await askConsent(env, params.days) : "refused";
    if (answer === "closed") {
        return;
    }
    const position = answer === "agreed" ? await readPosition() : null;
    await env.services.orm.call("key.account.visit", "action_check_in", [[params.visit_id]], {
        position,
    });
    if (answer === "agreed" && !position) {
        env.services.notification.add(
            _t("Your device gave no position: you were checked in with the time alone."),
            { type: "warning" }
        );
    } else {
        env.services.notification.add(_t("You are checked in."), { type: "success" });
    }
    // the form is read again
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("key_account_check_in", checkIn);

import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, useRef, useState } from "@odoo/owl";

/** The photographs of a visit, added with the camera of a phone as well as from files. */
export class PhotosField extends Component {
    static template = "key_account_mgmt.PhotosField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.input = useRef("input");
        this.state = useState({ isBusy: false });
    }

    get photos() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.name,
        }));
    }

    get canChange() {
        return this.props.record.data.can_add_photos;
    }

    async onChosen(ev) {
        const files = [...ev.target.files];
        // the same picture may be chosen again after it was refused
        const photos = await Promise.all(files.map((file) => this.read(file)));
        ev.target.value = "";
        if (photos.length) {
            await this.change("action_add_photos", photos);
        }
    }

    async read(file) {
        const url = await getDataURLFromFile(file);
        return { name: file.name, data: url.slice(url.indexOf(",") + 1) };
    }

    onRemove(photo) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove the Photograph?"),
            body: _t("“%(name)s” is removed from the visit for good.", { name: photo.name }),
            confirmLabel: _t("Remove"),
            confirm: () => this.change("action_remove_photo", photo.id),
            cancel: () => {},
        });
    }

    async change(method, argument) {
        const { record } = this.props;
        this.state.isBusy = true;
        try {
            if (await record.save()) {
                await this.orm.call(record.resModel, method, [[record.resId], argument]);
                await record.load();
            }
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("fields").add("key_account_photos", {
    component: PhotosField,
    supportedTypes: ["many2many"],
    isEmpty: () => false,
    relatedFields: [{ name: "name", type: "char" }],
    fieldDependencies: [{ name: "can_add_photos", type: "boolean" }],
});

/** Steps that every tour of the addon takes; each returns a list of steps. */

export function openApp(menu) {
    return [
        {
            content: "open the app",
            trigger: ".o_navbar_apps_menu button:enabled",
            run: "click",
        },
        {
            trigger: ".o_app[data-menu-xmlid='key_account_mgmt.key_account_menu_root']",
            run: "click",
        },
        {
            content: "wait for the accounts",
            trigger: ".o_kanban_view",
        },
        {
            trigger: `.o_menu_sections button:has([data-menu-xmlid='${menu.section}']), .o_menu_sections button[data-menu-xmlid='${menu.section}']`,
            run: "click",
        },
        {
            trigger: `.o-dropdown--menu [data-menu-xmlid='${menu.item}']`,
            run: "click",
        },
    ];
}

export function fillMany2one(name, value) {
    return [
        {
            trigger: `.o_field_widget[name=${name}] input`,
            run: `edit ${value}`,
        },
        {
            trigger: `.o-autocomplete--dropdown-menu li a:contains(${value})`,
            run: "click",
        },
    ];
}

export function clickHeaderButton(name) {
    return [
        {
            trigger: `.o_statusbar_buttons button[name=${name}]:enabled:visible`,
            run: "click",
        },
    ];
}

export function expectState(value) {
    return [
        {
            content: `the status is ${value}`,
            trigger: `.o_statusbar_status button.o_arrow_button_current[data-value=${value}]`,
        },
    ];
}

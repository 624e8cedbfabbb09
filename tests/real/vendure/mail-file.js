// Where the shop's e-mails go: one JSON line each in the file SHOP_MAIL, so that a test can follow the link in them.
'use strict';

const { appendFileSync } = require('node:fs');
const {
    AccountRegistrationEvent,
    EventBus,
    NativeAuthenticationMethod,
    PasswordResetEvent,
    PluginCommonModule,
    VendurePlugin,
} = require('@vendure/core');

class MailFilePlugin {
    constructor(eventBus) {
        this.eventBus = eventBus;
    }

    onApplicationBootstrap() {
        this.write(AccountRegistrationEvent, 'registration', 'verificationToken');
        this.write(PasswordResetEvent, 'password-reset', 'passwordResetToken');
    }

    write(eventType, kind, tokenField) {
        this.eventBus.ofType(eventType).subscribe(({ user }) => {
            const method = user.authenticationMethods?.find((one) => one instanceof NativeAuthenticationMethod);
            const mail = { kind, to: user.identifier, token: method?.[tokenField] ?? null };
            appendFileSync(process.env.SHOP_MAIL, `${JSON.stringify(mail)}\n`);
        });
    }
}
Reflect.defineMetadata('design:paramtypes', [EventBus], MailFilePlugin);
VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' })(MailFilePlugin);

module.exports = { MailFilePlugin };

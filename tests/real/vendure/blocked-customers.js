// What makes the custom field `status` bite: a blocked customer cannot log in, and whoever is logged in is logged out.
'use strict';

const {
    Customer,
    CustomerEvent,
    EventBus,
    Logger,
    NativeAuthenticationStrategy,
    PluginCommonModule,
    SessionService,
    TransactionalConnection,
    VendurePlugin,
} = require('@vendure/core');

const isBlocked = (customer) => Boolean(customer?.customFields?.status?.startsWith('blocked-'));

/** Log-in by password, refused while the customer is blocked. The shopper sees InvalidCredentialsError with this text. */
class StatusAwareLogin extends NativeAuthenticationStrategy {
    async init(injector) {
        await super.init(injector);
        this.database = injector.get(TransactionalConnection);
    }

    async authenticate(ctx, data) {
        const user = await super.authenticate(ctx, data);
        if (!user) return user;
        const customer = await this.database.getRepository(ctx, Customer).findOne({ where: { user: { id: user.id } } });
        return isBlocked(customer) ? 'This account is blocked.' : user;
    }
}

class BlockedCustomersPlugin {
    constructor(eventBus, sessions, database) {
        Object.assign(this, { eventBus, sessions, database });
    }

    onApplicationBootstrap() {
        this.eventBus.ofType(CustomerEvent).subscribe((event) => {
            if (event.type === 'updated') {
                this.logOutIfBlocked(event).catch((error) => Logger.error(error.message, 'BlockedCustomers'));
            }
        });
    }

    async logOutIfBlocked({ ctx, entity }) {
        const customer = await this.database
            .getRepository(ctx, Customer)
            .findOne({ where: { id: entity.id }, relations: ['user'] });
        if (isBlocked(customer) && customer.user) {
            await this.sessions.deleteSessionsByUser(ctx, customer.user);
        }
    }
}
// Plain JavaScript has neither decorators nor parameter types: both are given by hand.
Reflect.defineMetadata('design:paramtypes', [EventBus, SessionService, TransactionalConnection], BlockedCustomersPlugin);
VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' })(BlockedCustomersPlugin);

module.exports = { BlockedCustomersPlugin, StatusAwareLogin };

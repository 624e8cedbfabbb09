// Which Vendure shop runs here: a B2B shop as its owner would set it up, without admin pages and e-mail.
'use strict';

const { bootstrap, DefaultLogger, LanguageCode, LogLevel } = require('@vendure/core');
const { BlockedCustomersPlugin, StatusAwareLogin } = require('./blocked-customers');
const { MailFilePlugin } = require('./mail-file');

const need = (name) => {
    if (!process.env[name]) throw new Error(`set ${name}`);
    return process.env[name];
};
const text = (name, label, rest = {}) => ({
    name,
    type: 'string',
    nullable: true,
    label: [{ languageCode: LanguageCode.en, value: label }],
    ...rest,
});
const adminOnly = { public: false };
// On SQLite all requests share one connection, and with it transactions: fit for one caller at a time.
const database = need('SHOP_DATABASE').startsWith('postgresql:')
    ? { type: 'postgres', url: need('SHOP_DATABASE') }
    : { type: 'better-sqlite3', database: need('SHOP_DATABASE') };
const refusesBlocked = process.env.SHOP_REFUSES_BLOCKED !== '0';

bootstrap({
    logger: new DefaultLogger({ level: LogLevel.Info, timestamp: true }),
    apiOptions: {
        hostname: '127.0.0.1',
        port: Number(need('SHOP_PORT')),
        adminApiPath: 'admin-api',
        shopApiPath: 'shop-api',
    },
    authOptions: {
        tokenMethod: ['bearer', 'api-key'],
        // Nobody reads e-mails here, so an account works as soon as it is made.
        requireVerification: false,
        superadminCredentials: { identifier: need('SHOP_ADMIN'), password: need('SHOP_ADMIN_PASSWORD') },
        ...(refusesBlocked ? { shopAuthenticationStrategy: [new StatusAwareLogin()] } : {}),
    },
    dbConnectionOptions: {
        ...database,
        synchronize: process.env.SHOP_NEW_DATABASE === '1',
        logging: ['error'],
    },
    customFields: {
        Customer: [
            text('vatNumber', 'VAT number'),
            text('companyName', 'Company'),
            text('erpCode', 'Number in the ERP', adminOnly),
            text('status', 'Status', {
                ...adminOnly,
                nullable: false,
                defaultValue: 'active',
                options: [{ value: 'active' }, { value: 'blocked-by-erp' }, { value: 'blocked-by-shop' }],
            }),
        ],
    },
    paymentOptions: { paymentMethodHandlers: [] },
    plugins: [MailFilePlugin, ...(refusesBlocked ? [BlockedCustomersPlugin] : [])],
}).catch((error) => {
    console.error(error);
    process.exit(1);
});

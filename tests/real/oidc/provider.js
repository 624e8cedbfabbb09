// An identity provider of another maker's, certified by the OpenID Foundation, with the people that a test names.
import { Provider } from 'oidc-provider';

const { ISSUER, PORT, BACK, CLIENT_ID, CLIENT_SECRET, PEOPLE, THIN_TOKENS } = process.env;
const people = JSON.parse(PEOPLE);

const provider = new Provider(ISSUER, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [BACK],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups'],
  // As the standard has it, what scopes ask for is told beside the token.
  conformIdTokenClaims: THIN_TOKENS === '1',
  pkce: { required: () => true },
  cookies: { keys: ['a key of this run alone'] },
  findAccount: (_, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
});
provider.listen(Number(PORT), '127.0.0.1');

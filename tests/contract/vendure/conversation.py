"""What is said to a shop to find out how it behaves? The same words for the simulator and for a real Vendure.

A step is a document and its variables, at the Admin API (``A``) or the Shop API (``S``, as the shopper who logged in
last). ``<name>`` in a variable is the value that an earlier step's answer gave under that name.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

__all__ = ["CONVERSATION", "Step"]


class Step(NamedTuple):
    """One call.

    Attributes:
        keep: Where in ``data`` the id lies that later steps use, by the name that they use.
    """

    about: str
    api: str
    query: str
    variables: dict[str, Any]
    keep: dict[str, str]


def step(about: str, query: str, *, api: str = "A", keep: dict[str, str] | None = None, **variables: Any) -> Step:
    return Step(about, api, query, variables, keep or {})


_CUSTOMER = """emailAddress firstName lastName phoneNumber customFields { vatNumber companyName erpCode status }
  groups { name } addresses { fullName company streetLine1 streetLine2 city province postalCode phoneNumber
    country { code } defaultBillingAddress defaultShippingAddress }"""
_ERROR = "... on ErrorResult { errorCode message }"
LIST = f"query List($o: CustomerListOptions) {{ customers(options: $o) {{ totalItems items {{ {_CUSTOMER} }} }} }}"
IDS = "query Ids($o: CustomerListOptions) { customers(options: $o) { items { id } } }"
GET = f"query Get($id: ID!) {{ customer(id: $id) {{ {_CUSTOMER} }} }}"
CREATE = f"""mutation Create($i: CreateCustomerInput!, $p: String) {{
  createCustomer(input: $i, password: $p) {{ __typename ... on Customer {{ id {_CUSTOMER} }} {_ERROR} }} }}"""
UPDATE = f"""mutation Update($i: UpdateCustomerInput!) {{
  updateCustomer(input: $i) {{ __typename ... on Customer {{ {_CUSTOMER} }} {_ERROR} }} }}"""
DELETE = "mutation Delete($id: ID!) { deleteCustomer(id: $id) { result message } }"
ADDRESS = (
    "mutation Address($c: ID!, $i: CreateAddressInput!) { createCustomerAddress(customerId: $c, input: $i) { id } }"
)
MOVE = "mutation Move($i: UpdateAddressInput!) { updateCustomerAddress(input: $i) { city company country { code } } }"
LEAVE_ADDRESS = "mutation LeaveAddress($id: ID!) { deleteCustomerAddress(id: $id) { success } }"
GROUP = "mutation Group($i: CreateCustomerGroupInput!) { createCustomerGroup(input: $i) { id name } }"
JOIN = "mutation Join($g: ID!, $c: [ID!]!) { addCustomersToGroup(customerGroupId: $g, customerIds: $c) { name } }"
LEAVE = (
    "mutation Leave($g: ID!, $c: [ID!]!) { removeCustomersFromGroup(customerGroupId: $g, customerIds: $c) { name } }"
)
HISTORY = """query History($id: ID!) {
  customer(id: $id) { history(options: { sort: { id: ASC } }) { totalItems items { type administrator { id } } } } }"""
REGISTER = f"""mutation Register($i: RegisterCustomerInput!) {{
  registerCustomerAccount(input: $i) {{ __typename ... on Success {{ success }} {_ERROR} }} }}"""
LOG_IN = f"""mutation LogIn($u: String!, $p: String!) {{
  login(username: $u, password: $p) {{
    __typename ... on CurrentUser {{ identifier }} {_ERROR} ... on InvalidCredentialsError {{ authenticationError }}
  }} }}"""
ME = "{ activeCustomer { emailAddress firstName lastName customFields { vatNumber companyName } addresses { city } } }"
PROFILE = "mutation Profile($i: UpdateCustomerInput!) { updateCustomer(input: $i) { firstName lastName phoneNumber } }"
MY_ADDRESS = "mutation MyAddress($i: CreateAddressInput!) { createCustomerAddress(input: $i) { id country { code } } }"
MY_EMAIL = f"""mutation MyEmail($p: String!, $e: String!) {{
  requestUpdateCustomerEmailAddress(password: $p, newEmailAddress: $e) {{
    __typename ... on Success {{ success }} {_ERROR} }} }}"""

_ANNA = {"firstName": "Anna", "lastName": "Lis", "emailAddress": " Anna.Lis@Firma.Example "}
_PASSWORD = "shop-test-1"

_DOCUMENTS: Final = [
    step("an unknown custom field in a document", "{ customers { items { customFields { noSuchField } } } }"),
    step("two unknown fields in a document", "{ customers { items { nothing more } } }"),
    step("an unknown argument", "{ customers(opts: 1) { totalItems } }"),
    step("an unknown type of a variable", "query Q($o: Nope) { customers(options: $o) { totalItems } }"),
    step("a variable that is not declared", "query Q { customer(id: $x) { id } }"),
    step("a field without its selection", "{ customers { items } }"),
    step("a selection where there is none", "{ customers { items { id { x } } } }"),
    step("no document", "{ customers("),
    step("two operations", "query A { customers { totalItems } } query B { countries { totalItems } }"),
    step("an unknown custom field in a variable", CREATE, i={**_ANNA, "customFields": {"noSuchField": "x"}}),
    step("a missing required field", CREATE, i={"firstName": "Anna", "emailAddress": "a@b.example"}),
    step("an unknown filter field", LIST, o={"filter": {"noSuchField": {"eq": "x"}}}),
    step("an unknown sort field", LIST, o={"sort": {"noSuchField": "ASC"}}),
    step("an unknown direction", LIST, o={"sort": {"id": "UP"}}),
    step("a number that is none", LIST, o={"take": "x"}),
    step("a variable that was not sent", GET),
    step("aliases and literals", "{ a: customers(options: {take: 1, sort: {updatedAt: DESC}}) { totalItems } }"),
]
_CUSTOMERS: Final = [
    step(
        "an e-mail with blanks and capitals",
        CREATE,
        keep={"anna": "createCustomer"},
        i={**_ANNA, "customFields": {"companyName": "Firma Łódź", "vatNumber": "PL5260250274", "erpCode": "F/1"}},
        p=_PASSWORD,
    ),
    step("an e-mail that is taken", CREATE, i={**_ANNA, "emailAddress": "ANNA.LIS@firma.example"}, p=_PASSWORD),
    step("no password", CREATE, keep={"bob": "createCustomer"}, i={**_ANNA, "emailAddress": "bob@firma.example"}),
    step("a password that is too short", CREATE, i={**_ANNA, "emailAddress": "c@firma.example"}, p="x"),
    step("an e-mail that is none", CREATE, i={**_ANNA, "emailAddress": "Nonsense"}, p=_PASSWORD),
    step("no names", CREATE, i={"firstName": "", "lastName": "", "emailAddress": "d@firma.example"}, p=_PASSWORD),
    step("a status that is none", UPDATE, i={"id": "<anna>", "customFields": {"status": "gone"}}),
    step("a status of nothing", UPDATE, i={"id": "<anna>", "customFields": {"status": None}}),
    step("a name of nothing", UPDATE, i={"id": "<anna>", "firstName": None}),
    step("a number of nothing", UPDATE, i={"id": "<anna>", "customFields": {"vatNumber": None}}),
    step("an e-mail of somebody else", UPDATE, i={"id": "<anna>", "emailAddress": "BOB@firma.example"}),
    step("the same e-mail again", UPDATE, i={"id": "<anna>", "emailAddress": "Anna.Lis@firma.example"}),
    step("an update of nobody", UPDATE, i={"id": "9999", "firstName": "X"}),
    step("nobody", GET, id="9999"),
    step("an id of another form", GET, id="abc"),
    step("more than 1000", LIST, o={"take": 1001}),
    step("none", LIST, o={"take": 0, "sort": {"id": "ASC"}}),
    step("a position before the first", LIST, o={"take": 1, "skip": -5, "sort": {"id": "ASC"}}),
    step("a position behind the last", LIST, o={"take": 1, "skip": 50}),
    step("an e-mail in capitals", LIST, o={"filter": {"emailAddress": {"eq": "BOB@firma.example"}}}),
    step(
        "any of three keys",
        LIST,
        o={
            "filterOperator": "OR",
            "sort": {"id": "ASC"},
            "filter": {
                "erpCode": {"eq": "F/1"},
                "vatNumber": {"in": ["5260250274", "x"]},
                "emailAddress": {"eq": "bob@firma.example"},
            },
        },
    ),
    step("nobody at all", LIST, o={"filter": {"erpCode": {"eq": "F/"}}}),
    step("a time stamp in the future", IDS, o={"filter": {"updatedAt": {"after": "2999-01-01T00:00:00.000Z"}}}),
    step("the id, whatever was asked first", IDS, o={"sort": {"updatedAt": "DESC", "id": "ASC"}}),
    step("a deleted customer", DELETE, id="<bob>"),
    step("an update of a deleted one", UPDATE, i={"id": "<bob>", "firstName": "X"}),
    step("a deleted one", GET, id="<bob>"),
    step("the e-mail of a deleted one", CREATE, i={**_ANNA, "emailAddress": "bob@firma.example"}, p=_PASSWORD),
]
_PLACES: Final = [
    *(
        step(f"the country {code!r}", ADDRESS, keep={}, c="<anna>", i={"streetLine1": "", "countryCode": code})
        for code in ("pl", "GR", "")
    ),
    step("an address without a country", ADDRESS, c="<anna>", i={"streetLine1": "A"}),
    step("an address of nobody", ADDRESS, c="9999", i={"streetLine1": "A", "countryCode": "PL"}),
    step(
        "a first address",
        ADDRESS,
        keep={"first": "createCustomerAddress"},
        c="<anna>",
        i={"streetLine1": "A", "countryCode": "PL", "defaultBillingAddress": True, "defaultShippingAddress": True},
    ),
    step(
        "a second address",
        ADDRESS,
        keep={"second": "createCustomerAddress"},
        c="<anna>",
        i={"streetLine1": "B", "countryCode": "DE"},
    ),
    step("a third address", ADDRESS, c="<anna>", i={"streetLine1": "C", "countryCode": "SE", "company": "Firma"}),
    step("a move", MOVE, i={"id": "<second>", "city": "Bonn"}),
    step("a move to nothing", MOVE, i={"id": "<second>", "company": None}),
    step("a mark for another", MOVE, i={"id": "<second>", "defaultBillingAddress": True}),
    step("the marks", GET, id="<anna>"),
    step("a move of nothing", MOVE, i={"id": "9999", "city": "Bonn"}),
    step("a marked address goes", LEAVE_ADDRESS, id="<second>"),
    step("its mark goes to the oldest", GET, id="<anna>"),
    step("nothing goes", LEAVE_ADDRESS, id="9999"),
]
_GROUPS: Final = [
    step("a group", GROUP, keep={"group": "createCustomerGroup"}, i={"name": "Hurt"}),
    step("another of the same name", GROUP, i={"name": "Hurt"}),
    step("leave where one is not", LEAVE, g="<group>", c=["<anna>"]),
    step("join", JOIN, g="<group>", c=["<anna>"]),
    step("join again", JOIN, g="<group>", c=["<anna>"]),
    step("nobody joins", JOIN, g="<group>", c=["9999"]),
    step("no group", JOIN, g="9999", c=["<anna>"]),
    step("in the group", GET, id="<anna>"),
    step("leave", LEAVE, g="<group>", c=["<anna>"]),
    step("what happened", HISTORY, id="<anna>"),
]
_SHOPPERS: Final = [
    step("nobody is logged in", ME, api="S"),
    step("nobody's profile", PROFILE, api="S", i={"lastName": "X"}),
    step("no password", REGISTER, api="S", i={"emailAddress": "eva@x.example"}),
    step("a password that is too short", REGISTER, api="S", i={"emailAddress": "eva@x.example", "password": "x"}),
    step(
        "a field for admins",
        REGISTER,
        api="S",
        i={"emailAddress": "eva@x.example", "password": _PASSWORD, "customFields": {"status": "active"}},
    ),
    step(
        "a registration",
        REGISTER,
        api="S",
        i={"emailAddress": "Eva@x.example", "password": _PASSWORD, "customFields": {"companyName": "Eva"}},
    ),
    step(
        "a registration again",
        REGISTER,
        api="S",
        i={"emailAddress": "eva@x.example", "password": "another-1", "firstName": "Zła"},
    ),
    step("a wrong password", LOG_IN, api="S", u="eva@x.example", p="another-1"),
    step("a log-in", LOG_IN, api="S", u="EVA@x.example", p=_PASSWORD),
    step("a profile", PROFILE, api="S", i={"lastName": "Kos", "phoneNumber": "1"}),
    step("an e-mail by the profile", PROFILE, api="S", i={"emailAddress": "x@x.example"}),
    step("an address", MY_ADDRESS, api="S", i={"streetLine1": "A", "city": "Łódź", "countryCode": "PL"}),
    step("somebody else's address", MOVE, api="S", i={"id": "<first>", "city": "X"}),
    step("another e-mail", MY_EMAIL, api="S", p=_PASSWORD, e="Eva.Kos@x.example"),
    step("who one is", ME, api="S"),
    step("a field that the Shop API hides", "{ activeCustomer { customFields { status } } }", api="S"),
    step("as the staff sees it", LIST, o={"filter": {"emailAddress": {"eq": "eva.kos@x.example"}}}),
    step("find her", IDS, keep={"eva": "customers"}, o={"filter": {"emailAddress": {"eq": "eva.kos@x.example"}}}),
    step("what she did", HISTORY, id="<eva>"),
    step("a block", UPDATE, i={"id": "<eva>", "customFields": {"status": "blocked-by-erp"}}),
    step("who one is when blocked", ME, api="S"),
    step("a log-in when blocked", LOG_IN, api="S", u="eva.kos@x.example", p=_PASSWORD),
    step("a log-in of nobody", LOG_IN, api="S", u="nobody@x.example", p=_PASSWORD),
]

CONVERSATION: Final = [*_DOCUMENTS, *_CUSTOMERS, *_PLACES, *_GROUPS, *_SHOPPERS]

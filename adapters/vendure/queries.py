"""Which GraphQL documents are sent to the Admin API?

The selection of a customer is built from the options, because a document that names a custom field which the shop
lacks is refused as a whole. Option patterns admit GraphQL names only, so nothing can be smuggled into a document.
"""

from __future__ import annotations

from typing import Final

from adapters.vendure.options import Options

__all__ = [
    "ADD_TO_GROUP",
    "COUNTRIES",
    "CREATE_ADDRESS",
    "CREATE_GROUP",
    "DELETE_ADDRESS",
    "GROUPS",
    "LOG_IN",
    "REMOVE_FROM_GROUP",
    "UPDATE_ADDRESS",
    "Documents",
]

_REFUSED: Final = "... on ErrorResult { errorCode message }"

LOG_IN: Final = f"""mutation LogIn($username: String!, $password: String!) {{
  login(username: $username, password: $password, rememberMe: true) {{ __typename {_REFUSED} }}
}}"""

COUNTRIES: Final = """query Countries($options: CountryListOptions) {
  countries(options: $options) { totalItems items { code } }
}"""

GROUPS: Final = """query Groups($options: CustomerGroupListOptions) {
  customerGroups(options: $options) { totalItems items { id name } }
}"""

CREATE_GROUP: Final = """mutation CreateGroup($input: CreateCustomerGroupInput!) {
  createCustomerGroup(input: $input) { id name }
}"""

ADD_TO_GROUP: Final = """mutation AddToGroup($group: ID!, $customers: [ID!]!) {
  addCustomersToGroup(customerGroupId: $group, customerIds: $customers) { id }
}"""

REMOVE_FROM_GROUP: Final = """mutation RemoveFromGroup($group: ID!, $customers: [ID!]!) {
  removeCustomersFromGroup(customerGroupId: $group, customerIds: $customers) { id }
}"""

CREATE_ADDRESS: Final = """mutation CreateAddress($customer: ID!, $input: CreateAddressInput!) {
  createCustomerAddress(customerId: $customer, input: $input) { id }
}"""

UPDATE_ADDRESS: Final = """mutation UpdateAddress($input: UpdateAddressInput!) {
  updateCustomerAddress(input: $input) { id }
}"""

DELETE_ADDRESS: Final = """mutation DeleteAddress($id: ID!) {
  deleteCustomerAddress(id: $id) { success }
}"""

_NEWEST: Final = "newest: customers(options: {take: 1, sort: {updatedAt: DESC}}) { items { updatedAt } }"


class Documents:
    """The documents that depend on the options.

    Attributes:
        first: A page of customers, and the latest time stamp that the shop's clock has given so far.
        page: Another page of customers.
    """

    def __init__(self, options: Options) -> None:
        customer = _customer(options)
        page = f"customers(options: $options) {{ totalItems items {{ {customer} }} }}"
        self.first = f"query Customers($options: CustomerListOptions) {{ {_NEWEST} {page} }}"
        self.page = f"query Customers($options: CustomerListOptions) {{ {page} }}"
        self.get = f"query Customer($id: ID!) {{ customer(id: $id) {{ {customer} }} }}"
        answer = f"{{ __typename ... on Customer {{ {customer} }} {_REFUSED} }}"
        self.create = (
            "mutation CreateCustomer($input: CreateCustomerInput!, $password: String) "
            f"{{ createCustomer(input: $input, password: $password) {answer} }}"
        )
        self.update = (
            f"mutation UpdateCustomer($input: UpdateCustomerInput!) {{ updateCustomer(input: $input) {answer} }}"
        )


def _customer(options: Options) -> str:
    kind = f" customFields {{ {options.address_kind} }}" if options.address_kind else ""
    return (
        "id updatedAt emailAddress firstName lastName phoneNumber user { id } "
        f"customFields {{ {' '.join(options.custom_fields)} }} groups {{ id name }} "
        "addresses { id fullName company streetLine1 streetLine2 city province postalCode phoneNumber "
        f"country {{ code }} defaultBillingAddress defaultShippingAddress{kind} }}"
    )

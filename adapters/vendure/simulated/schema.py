"""Which types do the two GraphQL APIs of a simulated shop have? Those that clients of customers meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from adapters.vendure.simulated.state import CustomField, Setup
from adapters.vendure.simulated.validation import Output, Schema

__all__ = ["admin_schema", "shop_schema"]

_STRING_OPERATORS: Final = {
    **dict.fromkeys(("eq", "notEq", "contains", "notContains"), "String"),
    **dict.fromkeys(("in", "notIn"), "[String!]"),
    "regex": "String",
    "isNull": "Boolean",
}
_ID_OPERATORS: Final = {
    **dict.fromkeys(("eq", "notEq"), "String"),
    **dict.fromkeys(("in", "notIn"), "[String!]"),
    "regex": "String",
    "isNull": "Boolean",
}
_DATE_OPERATORS: Final = {**dict.fromkeys(("eq", "before", "after"), "DateTime"), "isNull": "Boolean"}
_ERROR: Final = {"errorCode": Output("String!"), "message": Output("String!")}
_SUCCESS: Final = {"success": Output("Boolean!")}
_CURRENT_USER: Final = {"id": Output("ID!"), "identifier": Output("String!")}
_ADDRESS_TEXTS: Final = "fullName company streetLine1 streetLine2 city province postalCode phoneNumber".split()
_ADDRESS_MARKS: Final = ("defaultShippingAddress", "defaultBillingAddress")
_PROFILE: Final = ("title", "firstName", "lastName", "phoneNumber", "emailAddress")


def _texts(names: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(names, "String")


def _custom_output(type_: str, fields: Iterable[CustomField]) -> tuple[str, dict[str, Output]]:
    """Type and fields of ``customFields``; without any field the type is a scalar."""
    outputs = {field.name: Output("String" if field.nullable else "String!") for field in fields}
    return (f"{type_}CustomFields", outputs) if outputs else ("JSON", {})


def _custom_input(type_: str, fields: Iterable[CustomField]) -> tuple[str, dict[str, str]]:
    inputs = _texts(field.name for field in fields)
    return (f"{type_}CustomFieldsInput", inputs) if inputs else ("JSON", {})


def _address(fields: Iterable[CustomField]) -> tuple[dict[str, Output], dict[str, Output]]:
    custom, members = _custom_output("Address", fields)
    texts = {name: Output("String!" if name == "streetLine1" else "String") for name in _ADDRESS_TEXTS}
    marks = {name: Output("Boolean") for name in _ADDRESS_MARKS}
    more = {"country": Output("Country!"), "customFields": Output(custom)}
    return {"id": Output("ID!"), **texts, **marks, **more}, members


def _address_inputs(fields: Iterable[CustomField]) -> dict[str, dict[str, str]]:
    marks = dict.fromkeys(_ADDRESS_MARKS, "Boolean")
    custom, members = _custom_input("CreateAddress", fields)
    update, _ = _custom_input("UpdateAddress", fields)
    texts = _texts(_ADDRESS_TEXTS)
    inputs = {
        "CreateAddressInput": {
            **texts,
            "streetLine1": "String!",
            "countryCode": "String!",
            **marks,
            "customFields": custom,
        },
        "UpdateAddressInput": {"id": "ID!", **texts, "countryCode": "String", **marks, "customFields": update},
    }
    return inputs | ({custom: members, update: members} if members else {})


def _customer_objects(setup: Setup, *, admin: bool) -> dict[str, dict[str, Output]]:
    fields = [field for field in setup.customer_fields if admin or field.public]
    custom, members = _custom_output("Customer", fields)
    address, address_members = _address(setup.address_fields)
    customer = {
        "id": Output("ID!"),
        "createdAt": Output("DateTime!"),
        "updatedAt": Output("DateTime!"),
        **{name: Output("String" if name in {"title", "phoneNumber"} else "String!") for name in _PROFILE},
        "addresses": Output("[Address!]"),
        "user": Output("User"),
        "customFields": Output(custom),
    }
    objects = {
        "Customer": customer,
        "Address": address,
        "Country": {"id": Output("ID!"), "code": Output("String!"), "name": Output("String!")},
        "User": {"id": Output("ID!"), "identifier": Output("String!"), "verified": Output("Boolean!")},
        "Success": _SUCCESS,
        "CurrentUser": _CURRENT_USER,
        "EmailAddressConflictError": _ERROR,
        "InvalidCredentialsError": {**_ERROR, "authenticationError": Output("String!")},
    }
    objects |= {"CustomerCustomFields": members} if members else {}
    return objects | ({"AddressCustomFields": address_members} if address_members else {})


def _lists(items: Mapping[str, Mapping[str, Output]], operators: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Input types of list options; the order of a sort input's fields is that of the type, with the id first."""
    inputs: dict[str, dict[str, str]] = {
        "StringOperators": dict(_STRING_OPERATORS),
        "IDOperators": dict(_ID_OPERATORS),
        "DateOperators": dict(_DATE_OPERATORS),
    }
    for type_, fields in items.items():
        scalars = {name: operators[output.type.strip("!")] for name, output in fields.items() if _sorts(output)}
        inputs[f"{type_}SortParameter"] = dict.fromkeys(scalars, "SortOrder")
        nested = dict.fromkeys(("_and", "_or"), f"[{type_}FilterParameter!]")
        inputs[f"{type_}FilterParameter"] = scalars | nested
        inputs[f"{type_}ListOptions"] = {
            "skip": "Int",
            "take": "Int",
            "sort": f"{type_}SortParameter",
            "filter": f"{type_}FilterParameter",
            "filterOperator": "LogicalOperator",
        }
    return inputs


def _sorts(output: Output) -> bool:
    return output.type.strip("!") in {"ID", "String", "DateTime"}


def admin_schema(setup: Setup) -> Schema:
    """Types of the Admin API."""
    objects = _customer_objects(setup, admin=True)
    group = {"id": Output("ID!"), "name": Output("String!")}
    objects["Customer"] |= {
        "groups": Output("[CustomerGroup!]!"),
        "history": Output("HistoryEntryList!", {"options": "HistoryEntryListOptions"}),
    }
    flat = {field.name: Output("String") for field in setup.customer_fields}
    inputs = _lists(
        {
            "Customer": {**objects["Customer"], **flat},
            "CustomerGroup": group,
            "Country": objects["Country"],
            "HistoryEntry": {"id": Output("ID!")},
        },
        {"ID": "IDOperators", "String": "StringOperators", "DateTime": "DateOperators"},
    )
    create, members = _custom_input("CreateCustomer", setup.customer_fields)
    update, _ = _custom_input("UpdateCustomer", setup.customer_fields)
    required = dict.fromkeys(("firstName", "lastName", "emailAddress"), "String!")
    inputs |= {
        "CreateCustomerInput": {**_texts(_PROFILE), **required, "customFields": create},
        "UpdateCustomerInput": {"id": "ID!", **_texts(_PROFILE), "customFields": update},
        "CreateCustomerGroupInput": {"name": "String!", "customerIds": "[ID!]"},
        **({create: members, update: members} if members else {}),
        **_address_inputs(setup.address_fields),
    }
    objects |= {
        "Query": _ADMIN_QUERY,
        "Mutation": _ADMIN_MUTATION,
        "CustomerGroup": group,
        "Administrator": {"id": Output("ID!")},
        "HistoryEntry": {
            "id": Output("ID!"),
            "type": Output("String!"),
            "createdAt": Output("DateTime!"),
            "administrator": Output("Administrator"),
            "data": Output("JSON!"),
        },
        "DeletionResponse": {"result": Output("DeletionResult!"), "message": Output("String")},
        **{f"{name}List": _listing(name) for name in ("Customer", "CustomerGroup", "Country", "HistoryEntry")},
    }
    unions = {
        "NativeAuthenticationResult": ("CurrentUser", "InvalidCredentialsError"),
        "CreateCustomerResult": ("Customer", "EmailAddressConflictError"),
        "UpdateCustomerResult": ("Customer", "EmailAddressConflictError"),
    }
    return Schema(objects, inputs, _ENUMS, unions, {"ErrorResult": _ERROR, **{union: {} for union in unions}})


def shop_schema(setup: Setup) -> Schema:
    """Types of the Shop API."""
    objects = _customer_objects(setup, admin=False)
    public = [field for field in setup.customer_fields if field.public]
    register, members = _custom_input("RegisterCustomer", public)
    update, _ = _custom_input("UpdateCustomer", public)
    profile = _texts(name for name in _PROFILE if name != "emailAddress")
    inputs = {
        "RegisterCustomerInput": {
            "emailAddress": "String!",
            **profile,
            "password": "String",
            "customFields": register,
        },
        "UpdateCustomerInput": {**profile, "customFields": update},
        **({register: members, update: members} if members else {}),
        **_address_inputs(setup.address_fields),
    }
    objects |= {
        "Query": {"activeCustomer": Output("Customer"), "me": Output("CurrentUser")},
        "Mutation": _SHOP_MUTATION,
        "MissingPasswordError": _ERROR,
        "PasswordValidationError": _ERROR,
    }
    unions = {
        "NativeAuthenticationResult": ("CurrentUser", "InvalidCredentialsError"),
        "RegisterCustomerAccountResult": ("Success", "MissingPasswordError", "PasswordValidationError"),
        "RequestUpdateCustomerEmailAddressResult": (
            "Success",
            "InvalidCredentialsError",
            "EmailAddressConflictError",
        ),
    }
    return Schema(objects, inputs, {}, unions, {"ErrorResult": _ERROR, **{union: {} for union in unions}})


def _listing(type_: str) -> dict[str, Output]:
    return {"items": Output(f"[{type_}!]!"), "totalItems": Output("Int!")}


_ENUMS: Final = {
    "SortOrder": ("ASC", "DESC"),
    "LogicalOperator": ("AND", "OR"),
    "DeletionResult": ("DELETED", "NOT_DELETED"),
}
_LOG_IN: Final = Output(
    "NativeAuthenticationResult!", {"username": "String!", "password": "String!", "rememberMe": "Boolean"}
)
_MEMBERS: Final = {"customerGroupId": "ID!", "customerIds": "[ID!]!"}
_ADMIN_QUERY: Final = {
    "customers": Output("CustomerList!", {"options": "CustomerListOptions"}),
    "customer": Output("Customer", {"id": "ID!"}),
    "customerGroups": Output("CustomerGroupList!", {"options": "CustomerGroupListOptions"}),
    "countries": Output("CountryList!", {"options": "CountryListOptions"}),
    "me": Output("CurrentUser"),
}
_ADMIN_MUTATION: Final = {
    "login": _LOG_IN,
    "logout": Output("Success!"),
    "createCustomer": Output("CreateCustomerResult!", {"input": "CreateCustomerInput!", "password": "String"}),
    "updateCustomer": Output("UpdateCustomerResult!", {"input": "UpdateCustomerInput!"}),
    "deleteCustomer": Output("DeletionResponse!", {"id": "ID!"}),
    "createCustomerAddress": Output("Address!", {"customerId": "ID!", "input": "CreateAddressInput!"}),
    "updateCustomerAddress": Output("Address!", {"input": "UpdateAddressInput!"}),
    "deleteCustomerAddress": Output("Success!", {"id": "ID!"}),
    "createCustomerGroup": Output("CustomerGroup!", {"input": "CreateCustomerGroupInput!"}),
    "addCustomersToGroup": Output("CustomerGroup!", _MEMBERS),
    "removeCustomersFromGroup": Output("CustomerGroup!", _MEMBERS),
    "deleteCustomerGroup": Output("DeletionResponse!", {"id": "ID!"}),
}
_SHOP_MUTATION: Final = {
    "login": _LOG_IN,
    "logout": Output("Success!"),
    "registerCustomerAccount": Output("RegisterCustomerAccountResult!", {"input": "RegisterCustomerInput!"}),
    "updateCustomer": Output("Customer!", {"input": "UpdateCustomerInput!"}),
    "createCustomerAddress": Output("Address!", {"input": "CreateAddressInput!"}),
    "updateCustomerAddress": Output("Address!", {"input": "UpdateAddressInput!"}),
    "deleteCustomerAddress": Output("Success!", {"id": "ID!"}),
    "requestUpdateCustomerEmailAddress": Output(
        "RequestUpdateCustomerEmailAddressResult!", {"password": "String!", "newEmailAddress": "String!"}
    ),
}

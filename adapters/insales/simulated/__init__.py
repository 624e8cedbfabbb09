"""What is an InSales shop made of, as far as its clients go?

- `state`: what it holds, and how its owner set it up.
- `shop`: its own rules, without any API.
- `api`: the Admin API: addresses, log-in, cursor, rate limit, shapes of errors.
- `operator`: what the shop's staff does and sees.
- `seed`: whom a demonstration starts with.
"""

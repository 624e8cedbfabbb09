"""What is the simulated shop made of? A folder for each question; written from what the manual says of the panel.

What it holds: `customer`, `shop`. What it refuses: `rules`. How its panel exports and imports: `panel`. What people may
do over HTTP: `doors`. Whom it starts with: `seed`. Where the manual says nothing, the rule is the plainest one that
fits, and ``quality.toml`` names it as unverified.
"""

"""How does a file that a person made become a plan? Read, judged cell by cell, planned; nothing changes until a yes."""

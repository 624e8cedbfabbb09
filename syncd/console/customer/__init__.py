"""What do people see of one customer, and what can they do to one or to many?"""

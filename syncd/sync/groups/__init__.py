"""What can an admin do about groups: map them, name them, put customers into groups of their own?"""

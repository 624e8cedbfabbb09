"""How does what the registry knows become a file for people and programs?"""

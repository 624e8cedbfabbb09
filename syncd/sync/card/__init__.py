"""What is handed out of one customer: a card to print, and everything that is stored about a person?"""

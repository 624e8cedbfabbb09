"""How are files exchanged with an ERP through a folder: claimed, taken in as a whole or not at all, placed at once?"""

"""How are foreign databases reached: read-only, bounded in time, with errors that say who acts?"""

"""Who may do what: the law and its enforcement, login, and the guards that no field can start without."""

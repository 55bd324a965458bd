"""Whether a partnership tips: one state or two, loops as a lever goes up and comes down, and how late is too late."""

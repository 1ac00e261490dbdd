"""People and what they may do; projects, groups, queues, topics, mailboxes, tokens; the audit log."""

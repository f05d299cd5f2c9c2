"""Questions that auditors are asked, answered offline from an exported folder: one verdict a question.

`catalogue` is the list; each of the other modules answers a group. Nothing here asks a house, and nothing is believed
that `client.auditor` has not checked: a log that does not verify has no other answers.
"""

"""`python -m tests.soak.committing FILE SYNCHRONOUS`: commit one number after another, and say each when it is durable.

The database is opened as the product does; a SYNCHRONOUS that is not empty makes it careless, as a control.
"""

import sys
from itertools import count

from doors.database import open_database


def main() -> None:
    """Go on until killed."""
    path, synchronous = sys.argv[1:]
    database = open_database(f"sqlite:///{path}")
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (number INTEGER)")
    if synchronous:
        raw = database.writer.raw_connection()
        raw.cursor().execute(f"PRAGMA synchronous={synchronous}")
        raw.close()
    for number in count(1):
        with database.writer.begin() as connection:
            connection.exec_driver_sql("INSERT INTO kept VALUES (?)", (number,))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

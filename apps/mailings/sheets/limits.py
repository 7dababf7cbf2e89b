"""How large a sheet may be. What is larger is refused in words, before it costs memory."""

MOST_COLUMNS = 1_000
MOST_CELLS = 20_000_000
MOST_ROWS = 2_000_000
LONGEST_LINE = 4_000_000  # characters

# A quote that is still open after so much is no quote but a letter of the text.
MOST_LINES_QUOTED = 1_000
MOST_QUOTED = 1_000_000  # characters
MOST_OPEN_QUOTES = 20  # after so many of them no quote is one

# A workbook is unpacked and read by a process of its own, which may not take more than this.
MOST_UNPACKED = 1_000_000_000  # octets
WORKBOOK_MEMORY = 230_000_000  # octets
WORKBOOK_SECONDS = 60

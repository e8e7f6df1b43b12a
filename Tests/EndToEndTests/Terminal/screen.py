"""What is visible on a terminal, from the bytes that a program sends to it."""
import re
import unicodedata

# an escape sequence of the kind that imagesmith sends, any other, or a character
TOKEN = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|(\x1b)|(.)", re.DOTALL)


class Screen:
    """Rows of characters with a cursor, as ECMA-48 has them. Text that leaves at the top is kept in `history`."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.history = []
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.is_cursor_visible = True
        self.styles = set()  # all that were ever selected
        self.style = "0"

    def feed(self, text):
        for parameters, final, escape, character in TOKEN.findall(text):
            if escape:
                raise ValueError("an escape sequence that the screen does not know")
            if final:
                self.control(parameters, final)
            elif character == "\n":
                self.down()
            elif character == "\r":
                self.column = 0
            elif character >= " ":
                self.put(character)

    def control(self, parameters, final):
        if final == "A":
            self.row = max(0, self.row - int(parameters or 1))
        elif final == "J" and not parameters:
            self.lines[self.row][self.column:] = [" "] * (self.columns - self.column)
            for row in range(self.row + 1, self.rows):
                self.lines[row] = [" "] * self.columns
        elif final == "m":
            self.style = parameters or "0"
            self.styles.add(self.style)
        elif parameters == "?25" and final in "hl":
            self.is_cursor_visible = final == "h"
        else:
            raise ValueError(f"a sequence that the screen does not know: {parameters}{final}")

    def put(self, character):
        width = 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            self.column = 0
            self.down()
        if width:
            self.lines[self.row][self.column] = character
            if width == 2:
                self.lines[self.row][self.column + 1] = ""
            self.column += width

    def down(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.history.append(self.lines.pop(0))
            self.lines.append([" "] * self.columns)

    @staticmethod
    def text_of(lines):
        return ["".join(line).rstrip() for line in lines]

    @property
    def visible(self):
        """The rows down to the last that is not empty."""
        return "\n".join(self.text_of(self.lines)).rstrip("\n").split("\n")

    @property
    def all(self):
        return self.text_of(self.history) + self.visible

    @property
    def is_at_rest(self):
        """Whether a shell's prompt would stand as it should: below all text, at the left, without a colour."""
        below = self.text_of(self.lines[self.row:])
        return self.is_cursor_visible and self.column == 0 and not any(below) and self.style == "0"

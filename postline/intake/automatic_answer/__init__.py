"""The automatic answer: whether there is one (`answer.py`), what it says (`words.py`), how many (`limits.py`).

A budgeted machine without a word of the sender's in it (SAFETY 1.2.4): one recipient, never a robot, never in a loop.
"""

from postline.intake.automatic_answer.answer import Received, answer_automatically

__all__ = ["Received", "answer_automatically"]

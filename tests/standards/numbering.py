"""The numbering of standards whose owners publish no list that a program may read, written as ranges.

A standard's numbering is a fact about it; its words are its owner's and are not here. A word is an id, or a range of its last part:
`1.1.1-3` is 1.1.1, 1.1.2 and 1.1.3; `01.a-y` is 01.a to 01.y; after `z` come `aa` and `ab`. Where each is to be looked up stands beside it.
What public mappings know of a standard is compared with these by extract.py: a requirement that a mapping names and a list lacks stops it.
"""

import re

# PCI DSS 3.2.1 (May 2018): the headings of "Detailed PCI DSS Requirements and Security Assessment Procedures" and appendices A1 to A3;
# the letters of testing procedures (1.1.4.c) are no requirements of their own.
PCI_3_2_1 = """
1.1 1.1.1-7 1.2 1.2.1-3 1.3 1.3.1-7 1.4-5
2.1 2.1.1 2.2 2.2.1-5 2.3-6
3.1-2 3.2.1-3 3.3-4 3.4.1 3.5 3.5.1-4 3.6 3.6.1-8 3.7
4.1 4.1.1 4.2-3
5.1 5.1.1-2 5.2-4
6.1-3 6.3.1-2 6.4 6.4.1-6 6.5 6.5.1-10 6.6-7
7.1 7.1.1-4 7.2 7.2.1-3 7.3
8.1 8.1.1-8 8.2 8.2.1-6 8.3 8.3.1-2 8.4-5 8.5.1 8.6-8
9.1 9.1.1-3 9.2-4 9.4.1-4 9.5 9.5.1 9.6 9.6.1-3 9.7 9.7.1 9.8 9.8.1-2 9.9 9.9.1-3 9.10
10.1-2 10.2.1-7 10.3 10.3.1-6 10.4 10.4.1-3 10.5 10.5.1-5 10.6 10.6.1-3 10.7-8 10.8.1 10.9
11.1 11.1.1-2 11.2 11.2.1-3 11.3 11.3.1-4 11.3.4.1 11.4-5 11.5.1 11.6
12.1 12.1.1 12.2-3 12.3.1-10 12.4 12.4.1 12.5 12.5.1-5 12.6 12.6.1-2 12.7-8 12.8.1-5 12.9-10 12.10.1-6 12.11 12.11.1
A1 A1.1-4
A2 A2.1-3
A3.1 A3.1.1-4 A3.2 A3.2.1-5 A3.2.5.1-2 A3.2.6 A3.2.6.1 A3.3 A3.3.1 A3.3.1.1 A3.3.2-3 A3.4 A3.4.1 A3.5 A3.5.1
"""

# PCI DSS 4.0 (March 2022): every "Defined Approach Requirement" of requirements 1 to 12 and appendices A1 to A3.
PCI_4_0 = """
1.1.1-2 1.2.1-8 1.3.1-3 1.4.1-5 1.5.1
2.1.1-2 2.2.1-7 2.3.1-2
3.1.1-2 3.2.1 3.3.1 3.3.1.1-3 3.3.2-3 3.4.1-2 3.5.1 3.5.1.1-3 3.6.1 3.6.1.1-4 3.7.1-9
4.1.1-2 4.2.1 4.2.1.1-2 4.2.2
5.1.1-2 5.2.1-3 5.2.3.1 5.3.1-2 5.3.2.1 5.3.3-5 5.4.1
6.1.1-2 6.2.1-3 6.2.3.1 6.2.4 6.3.1-3 6.4.1-3 6.5.1-6
7.1.1-2 7.2.1-5 7.2.5.1 7.2.6 7.3.1-3
8.1.1-2 8.2.1-8 8.3.1-10 8.3.10.1 8.3.11 8.4.1-3 8.5.1 8.6.1-3
9.1.1-2 9.2.1 9.2.1.1 9.2.2-4 9.3.1 9.3.1.1 9.3.2-4 9.4.1 9.4.1.1-2 9.4.2-5 9.4.5.1 9.4.6-7 9.5.1 9.5.1.1-2 9.5.1.2.1 9.5.1.3
10.1.1-2 10.2.1 10.2.1.1-7 10.2.2 10.3.1-4 10.4.1 10.4.1.1 10.4.2 10.4.2.1 10.4.3 10.5.1 10.6.1-3 10.7.1-3
11.1.1-2 11.2.1-2 11.3.1 11.3.1.1-3 11.3.2 11.3.2.1 11.4.1-7 11.5.1 11.5.1.1 11.5.2 11.6.1
12.1.1-4 12.2.1 12.3.1-4 12.4.1-2 12.4.2.1 12.5.1-2 12.5.2.1 12.5.3 12.6.1-3 12.6.3.1-2 12.7.1 12.8.1-5 12.9.1-2 12.10.1-4 12.10.4.1 12.10.5-7
A1.1.1-4 A1.2.1-3
A2.1.1-3
A3.1.1-4 A3.2.1-2 A3.2.2.1 A3.2.3-5 A3.2.5.1-2 A3.2.6 A3.2.6.1 A3.3.1 A3.3.1.2 A3.3.2-3 A3.4.1 A3.5.1
"""

# HITRUST CSF: the 156 control references of its 14 control categories (0 to 13), the same in every version since 2009 and in its public
# summaries. The text is licensed: ids alone.
HITRUST = "00.a 01.a-y 02.a-i 03.a-d 04.a-b 05.a-k 06.a-j 07.a-e 08.a-m 09.a-af 10.a-m 11.a-e 12.a-e 13.a-u"

# ISO/IEC 27001:2022: the clauses that ask something (4 to 10), from the table of contents in ISO's free preview, and Annex A.
ISO_27001_2022 = """
4.1-4 5.1-3 6.1.1-3 6.2-3 7.1-4 7.5.1-3 8.1-3 9.1 9.2.1-2 9.3.1-3 10.1-2
A.5.1-37 A.6.1-8 A.7.1-14 A.8.1-34
"""

# Regulation (EU) 2016/679: its 99 articles (Official Journal L 119, 4 May 2016).
GDPR = "Art.1-99"

# 45 CFR Part 164, subpart C (Electronic Code of Federal Regulations): standards and implementation specifications of 164.308 to 164.316.
HIPAA = """
164.308(a)(1)(i) 164.308(a)(1)(ii)(A) 164.308(a)(1)(ii)(B) 164.308(a)(1)(ii)(C) 164.308(a)(1)(ii)(D) 164.308(a)(2)
164.308(a)(3)(i) 164.308(a)(3)(ii)(A) 164.308(a)(3)(ii)(B) 164.308(a)(3)(ii)(C)
164.308(a)(4)(i) 164.308(a)(4)(ii)(A) 164.308(a)(4)(ii)(B) 164.308(a)(4)(ii)(C)
164.308(a)(5)(i) 164.308(a)(5)(ii)(A) 164.308(a)(5)(ii)(B) 164.308(a)(5)(ii)(C) 164.308(a)(5)(ii)(D)
164.308(a)(6)(i) 164.308(a)(6)(ii)
164.308(a)(7)(i) 164.308(a)(7)(ii)(A) 164.308(a)(7)(ii)(B) 164.308(a)(7)(ii)(C) 164.308(a)(7)(ii)(D) 164.308(a)(7)(ii)(E) 164.308(a)(8)
164.308(b)(1) 164.308(b)(2) 164.308(b)(3)
164.310(a)(1) 164.310(a)(2)(i) 164.310(a)(2)(ii) 164.310(a)(2)(iii) 164.310(a)(2)(iv) 164.310(b) 164.310(c)
164.310(d)(1) 164.310(d)(2)(i) 164.310(d)(2)(ii) 164.310(d)(2)(iii) 164.310(d)(2)(iv)
164.312(a)(1) 164.312(a)(2)(i) 164.312(a)(2)(ii) 164.312(a)(2)(iii) 164.312(a)(2)(iv) 164.312(b) 164.312(c)(1) 164.312(c)(2) 164.312(d)
164.312(e)(1) 164.312(e)(2)(i) 164.312(e)(2)(ii)
164.314(a)(1) 164.314(a)(2)(i) 164.314(a)(2)(ii) 164.314(a)(2)(iii)
164.314(b)(1) 164.314(b)(2)(i) 164.314(b)(2)(ii) 164.314(b)(2)(iii) 164.314(b)(2)(iv)
164.316(a) 164.316(b)(1) 164.316(b)(2)(i) 164.316(b)(2)(ii) 164.316(b)(2)(iii)
"""

RANGE = re.compile(r"^(?P<stem>.*\.)(?P<first>[0-9]+|[a-z]+)-(?P<last>[0-9]+|[a-z]+)$")


def letter(number):
    """1 is `a`, 26 is `z`, 27 is `aa`, 28 is `ab`."""
    return chr(96 + number) if number <= 26 else "a" + chr(96 + number - 26)


def position(letters):
    """The other way round: `a` is 1, `aa` is 27."""
    return ord(letters[-1]) - 96 + (26 if len(letters) == 2 else 0)


def expand(text):
    """The ids of a text of ids and ranges, in its order."""
    ids = []
    for word in text.split():
        found = RANGE.match(word)
        if not found:
            ids.append(word)
        elif found["first"].isdigit():
            ids.extend(f"{found['stem']}{number}" for number in range(int(found["first"]), int(found["last"]) + 1))
        else:
            ids.extend(found["stem"] + letter(number) for number in range(position(found["first"]), position(found["last"]) + 1))
    return ids

# Verifies each DKIM signature of the mail on standard input with python3-dkim, an implementation that is not ours.
# The arguments are names and TXT records in turn. Prints a line for each signature: its selector, and whether it holds.
import re, sys
import dkim

records = dict(zip(sys.argv[1::2], sys.argv[2::2]))
mail = sys.stdin.buffer.read()


def lookup(name, timeout=5):
    found = records.get(name.decode().rstrip("."))
    return found.encode() if found else None


signatures = re.findall(rb"(?mi)^DKIM-Signature:((?:.*\r?\n)(?:[ \t].*\r?\n)*)", mail)
for index, signature in enumerate(signatures):
    selector = re.search(rb"[;\s]s=([^;\s]+)", signature).group(1).decode()
    holds = dkim.DKIM(mail).verify(idx=index, dnsfunc=lookup)
    print(selector, "holds" if holds else "broken")

package inbound

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	mostSignature = 20 // lines below "-- "; more is no signature
	keptQuote     = 4  // lines of a quotation kept above an answer within it
)

// Trim leaves of a mail's text what its writer wrote this time. It takes away the quoted mail with the line that
// introduces it, copied headers, forwarded mails below a text, signatures, and what phones add. Where somebody answers
// point by point within the quotation, the last lines above each answer stay; where they answer within an unmarked copy
// and say so ("see below"), the copy stays without its headers. When nothing would be left, all is kept.
func Trim(text string) string {
	lines := strings.Split(clean(text), "\n")
	for i := range lines {
		if lines[i] != "-- " {
			lines[i] = strings.TrimRight(lines[i], " \t")
		}
	}
	all := tidy(lines)
	own, old := cutAtCopy(slices.Clone(lines))
	kept := tidy(withoutFarewell(withoutQuotes(own)))
	if pointsBelow(kept) {
		kept = tidy(strings.Split(kept+"\n\n"+strings.Join(withoutHead(old), "\n"), "\n"))
	}
	if !strings.ContainsFunc(kept, unicode.IsGraphic) {
		return all
	}
	return kept
}

// tidy joins lines, with no empty ones around them and at most one between.
func tidy(lines []string) string {
	var out []string
	for _, one := range lines {
		if strings.TrimSpace(one) == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, strings.TrimRight(one, " \t"))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n \t")
}

var (
	// copied stands above a whole mail that was copied below an answer.
	copied = regexp.MustCompile(`(?i)^\s*(-{2,}|_{2,}|\*{2,})\s*(original (message|e-?mail|appointment)|ursprüngliche (nachricht|e-?mail)|original-?nachricht|` +
		`message (d'origine|original|transféré)|messaggio (originale|inoltrato)|mensaje (original|reenviado)|mensagem (original|encaminhada)|` +
		`oorspronkelijk bericht|doorgestuurd bericht|forwarded (message|by.*)|weitergeleitete (nachricht|e-?mail)|wiadomość oryginalna)\s*:?\s*(-{2,}|_{2,}|\*{2,})?\s*$`)
	forwards = regexp.MustCompile(`(?i)^\s*(begin forwarded message|anfang der weitergeleiteten (nachricht|e-?mail)|début du message (transféré|réexpédié)|` +
		`inizio messaggio inoltrato|inicio del mensaje reenviado)\s*:\s*$`)
	// The first line of copied headers, and the lines that make it one.
	headFrom = regexp.MustCompile(`(?i)^\s*\*?(from|von|de|da|van|från|fra)\s?:\*?\s+\S`)
	headRest = regexp.MustCompile(`(?i)^\s*\*?(sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|envoyé le|à|objet|inviato|data|a|oggetto|enviado|enviado el|fecha|para|asunto|verzonden|aan|onderwerp|reply-to|antwort an)\s?:\*?\s+\S`)
	ruler    = regexp.MustCompile(`^\s*(_{5,}|-{5,}|={5,}|\*{5,})\s*$`)
)

// cutAtCopy divides the text where a copy of another mail begins.
func cutAtCopy(lines []string) (own, old []string) {
	for i, one := range lines {
		if copied.MatchString(one) || forwards.MatchString(one) || isHead(lines[i:]) {
			end := i
			for end > 0 && (strings.TrimSpace(lines[end-1]) == "" || ruler.MatchString(lines[end-1]) || headRest.MatchString(lines[end-1])) {
				end--
			}
			return lines[:end], lines[i:]
		}
	}
	return lines, nil
}

// below are the words of those who write their answers into the copy.
var below = regexp.MustCompile(`(?i)\b((see|answers?|comments?|replies|reply|responses?)\b.{0,40}\b(below|inline|in[- ]line|in (red|blue))|` +
	`(siehe|antwort(en)?|anmerkungen|kommentare)\b.{0,40}\b(unten|im text|in (rot|blau))|` +
	`(voir|réponses?)\b.{0,40}(ci-dessous|plus bas|dans le texte)|(vedi|risposte)\b.{0,40}\b(sotto|nel testo)|(ver|respuestas?)\b.{0,40}\b(abajo|en el texto))`)

// pointsBelow says whether a short text only points to answers in the copy.
func pointsBelow(own string) bool { return len(own) < 200 && below.MatchString(own) }

// withoutHead takes the headers away that stand above a copy: they have addresses.
func withoutHead(old []string) []string {
	for i, one := range old {
		if strings.TrimSpace(one) != "" && !copied.MatchString(one) && !forwards.MatchString(one) && !headFrom.MatchString(one) && !headRest.MatchString(one) {
			return old[i:]
		}
	}
	return nil
}

// isHead says whether copied headers begin here: a sender, and two more of their lines among the next five.
func isHead(lines []string) bool {
	if !headFrom.MatchString(lines[0]) {
		return false
	}
	found := 0
	for _, one := range lines[1:min(len(lines), 6)] {
		if headRest.MatchString(one) {
			found++
		}
	}
	return found >= 2
}

const wrote = `(wrote|writes|schrieb|geschrieben|a écrit|ha scritto|escribió|escreveu|schreef|skrev|napisał(\(a\))?)`

var (
	// opening lines name a day: "On 3 May 2026 at 10:12, Mina <…> wrote:".
	opening = regexp.MustCompile(`(?i)^(on|am|le|il|el|op|em|den|dnia|w dniu)\b.*(\d|@).*\b` + wrote + `( .{1,80}|,)?\s*:\s*$`)
	// naming lines name a person first: "Mina <…> schrieb am 3. Mai 2026:".
	naming = regexp.MustCompile(`(?i)^.{1,120}\b` + wrote + `\s+(on|am|le|il|el|op|em)\b.*\d.*:\s*$`)
	// stamping lines have a date and an address and no verb.
	stamping = regexp.MustCompile(`^(\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b.*<[^<>\s]+@[^<>\s]+>\s*:\s*$`)
	starts   = regexp.MustCompile(`(?i)^(on|am|le|il|el|op|em|den|dnia|w dniu|\d|.{1,120}(<|` + wrote + `\b))`)
)

// introduces returns how many lines from here are one that introduces a quotation, which programs break in up to four;
// 0 when there is none.
func introduces(lines []string) int {
	joined := ""
	for n := 0; n < min(len(lines), 4); n++ {
		one := strings.TrimSpace(lines[n])
		if one == "" || strings.HasPrefix(one, ">") || len(joined)+len(one) > 500 || n == 0 && !starts.MatchString(one) {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + one)
		if !strings.HasSuffix(joined, ":") {
			continue
		}
		if opening.MatchString(joined) || naming.MatchString(joined) || stamping.MatchString(joined) {
			return n + 1
		}
	}
	return 0
}

func isQuote(one string) bool { return strings.HasPrefix(strings.TrimLeft(one, " \t"), ">") }

// run is a piece of the text: own lines, or quoted ones.
type run struct {
	quoted bool
	lines  []string
}

// withoutQuotes takes quotations away. Two or more of them, each with an answer below, are a conversation point by
// point, and then the end of each stays.
func withoutQuotes(lines []string) []string {
	runs, answered := runsOf(lines), 0
	for i, r := range runs {
		if r.quoted && i+1 < len(runs) && answers(runs[i+1]) {
			answered++
		}
	}
	var out []string
	for i, r := range runs {
		switch {
		case !r.quoted:
			out = append(out, r.lines...)
		case answered >= 2 && i+1 < len(runs) && answers(runs[i+1]):
			out = append(append(append(out, ""), ending(r.lines)...), "")
		default:
			out = append(out, "")
		}
	}
	return out
}

// ending is the last lines of a quotation, without those that quote somebody else and without empty ones.
func ending(lines []string) []string {
	var kept []string
	for _, one := range lines {
		own := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(one), ">"))
		if own != "" && own != "--" && !strings.HasPrefix(own, ">") {
			kept = append(kept, "> "+own)
		}
	}
	return kept[max(0, len(kept)-keptQuote):]
}

// answers says whether a run below a quotation is more than a farewell.
func answers(r run) bool {
	return !r.quoted && tidy(withoutFarewell(slices.Clone(r.lines))) != ""
}

// runsOf divides lines into own and quoted ones. An introduction belongs to what it introduces; when no quoted line
// follows it, the quotation is the rest of the mail, because its program marks none.
func runsOf(lines []string) []run {
	var runs []run
	add := func(quoted bool, some ...string) {
		if len(runs) == 0 || runs[len(runs)-1].quoted != quoted {
			runs = append(runs, run{quoted: quoted})
		}
		last := &runs[len(runs)-1]
		last.lines = append(last.lines, some...)
	}
	for i := 0; i < len(lines); i++ {
		if n := introduces(lines[i:]); n > 0 {
			if !quoteFollows(lines[i+n:]) {
				break
			}
			i += n - 1
			add(true)
			continue
		}
		blank := strings.TrimSpace(lines[i]) == ""
		quoted := isQuote(lines[i]) || blank && len(runs) > 0 && runs[len(runs)-1].quoted
		add(quoted, lines[i])
	}
	return runs
}

func quoteFollows(lines []string) bool {
	for _, one := range lines {
		if strings.TrimSpace(one) != "" {
			return isQuote(one)
		}
	}
	return false
}

// device are lines that phones and programs add.
var device = regexp.MustCompile(`(?i)^\W*(sent (from|via|with|using) (my |the |mail |yahoo|outlook|proton|samsung|aol|gmail|blackberry|a ).*|sent from \w+( for \w+)?\.?|` +
	`von mei(nem|ner) .{1,60} (gesendet|geschickt)\.?|gesendet (von|mit|über) .{1,60}|diese nachricht wurde von mei\w+ .{1,80} gesendet\.?|` +
	`envoyé (de|depuis|à partir d[eu]) .{1,60}|inviato (da|dal|con) .{1,60}|enviado (desde|con|do|de) .{1,60}|verzonden (vanaf|met) .{1,60}|` +
	`get outlook for \w+.*|(outlook|holen sie sich outlook) für \w+.*|télécharger outlook pour .*|obtener outlook para .*|scarica outlook per .*|` +
	`(virus-free|virenfrei)\.?.*|(diese e-mail wurde|this email has been) .{0,40}(viren|viruses).*|typed (on|with) .{1,40}|please excuse (typos|my brevity).*)\W*$`)

// withoutFarewell takes the signature below "-- " away, and what a device added at the end.
func withoutFarewell(lines []string) []string {
	for i, one := range lines {
		if isSignature(one, lines[i+1:]) {
			lines = lines[:i]
			break
		}
	}
	for len(lines) > 0 {
		last := strings.TrimSpace(lines[len(lines)-1])
		if last != "" && !ruler.MatchString(last) && !(len(last) < 200 && device.MatchString(last)) {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return lines
}

// isSignature says whether a signature begins with this line. "-- " is the agreed sign; "--" without the space, which
// many programs lose, only counts above a few lines.
func isSignature(one string, below []string) bool {
	most := mostSignature
	if one == "--" || one == "—" || one == "__" {
		most = 6
	} else if one != "-- " {
		return false
	}
	written := 0
	for _, other := range below {
		if strings.TrimSpace(other) != "" {
			written++
		}
	}
	return written <= most
}

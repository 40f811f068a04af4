package safety

import (
	"bytes"
	"strings"
)

// vocabulary gives every word that any rule or signal knows a number, from 1 on. It is built once and then only read.
type vocabulary struct {
	slots  []int32 // word number by hash, open addressing; the length is a power of two
	words  []word
	digits []spokenDigit
	starts [256]bool // by the first two letters of a digit's name, mixed
}

// spokenDigit is the name of one digit, as it occurs in words such as "nullviervier".
type spokenDigit struct {
	name  string
	digit byte
}

// word is one known word and what it means to the signals.
type word struct {
	text   string
	hash   uint32
	digits string // "7" for seven and sieben; "5+" for fifty, which may take a digit; "*2" for double
	skip   bool   // may stand between the words of a term
	money  string // the currency it names
	top    bool   // a top-level domain
	role   role
}

// role marks the words that signals look for.
type role byte

const (
	roleAt   role = iota + 1 // stands for @
	roleDot                  // stands for a full stop
	roleMail                 // a well-known provider of mailboxes
	roleChat                 // a messenger or network where people have handles
	roleOh                   // the letter o, zero between digits
	roleOne                  // an article, one between digits
)

const hashSeed uint32 = 2166136261

func hashByte(h uint32, c byte) uint32 { return (h ^ uint32(c)) * 16777619 }

func hashOf[T string | []byte](text T) uint32 {
	h := hashSeed
	for i := range len(text) {
		h = hashByte(h, text[i])
	}
	return h
}

func newVocabulary() *vocabulary {
	v := &vocabulary{slots: make([]int32, 1024), words: make([]word, 1)}
	for digit, names := range digitWords {
		for name := range strings.FieldsSeq(names) {
			v.word(name).digits = digit
			if len(digit) == 1 {
				v.addDigit(name, digit[0])
			}
		}
	}
	v.addDigit("un", '1')
	for code, names := range moneyWords {
		for name := range strings.FieldsSeq(names) {
			v.word(name).money = code
		}
	}
	for r, names := range roleWords {
		for name := range strings.FieldsSeq(names) {
			v.word(name).role = r
		}
	}
	for name := range strings.FieldsSeq(skipWords) {
		v.word(name).skip = true
	}
	for name := range strings.FieldsSeq(topLevels) {
		v.word(name).top = true
	}
	return v
}

func (v *vocabulary) addDigit(name string, digit byte) {
	v.digits = append(v.digits, spokenDigit{name, digit})
	v.starts[startOf(name[0], name[1])] = true
}

func startOf(a, b byte) byte { return a*31 + b }

// beginsDigit is a quick test whether a word may begin with the name of a digit.
func (v *vocabulary) beginsDigit(a, b byte) bool { return v.starts[startOf(a, b)] }

// joinedDigits reads a word that is nothing but names of digits, at least so many, with digits between them perhaps; "" when
// it is not.
func (v *vocabulary) joinedDigits(text []byte, least int) string {
	var digits [mostDigits + 2]byte
	n, names := v.split(text, digits[:0])
	if names < least {
		return ""
	}
	return string(n)
}

// split finds one way to read all of text, trying the names in turn.
func (v *vocabulary) split(text []byte, digits []byte) (read []byte, names int) {
	if len(text) == 0 {
		return digits, 0
	}
	if len(digits) == cap(digits) {
		return nil, -mostDigits
	}
	if c := text[0]; c >= '0' && c <= '9' {
		return v.split(text[1:], append(digits, c))
	}
	for _, d := range v.digits {
		if bytes.HasPrefix(text, []byte(d.name)) {
			if read, names := v.split(text[len(d.name):], append(digits, d.digit)); names >= 0 && read != nil {
				return read, names + 1
			}
		}
	}
	return nil, -mostDigits
}

// word returns the entry of a word, which it adds when it is new. The pointer is good until the next call.
func (v *vocabulary) word(text string) *word { return &v.words[v.number(text)] }

func (v *vocabulary) number(text string) int32 {
	h := hashOf(text)
	if n := v.find(h, []byte(text)); n != 0 {
		return n
	}
	v.words = append(v.words, word{text: text, hash: h})
	if len(v.words)*4 > len(v.slots) {
		v.slots = make([]int32, 2*len(v.slots))
		for n := 1; n < len(v.words)-1; n++ {
			v.place(v.words[n].hash, int32(n))
		}
	}
	v.place(h, int32(len(v.words)-1))
	return int32(len(v.words) - 1)
}

func (v *vocabulary) place(h uint32, n int32) {
	mask := uint32(len(v.slots) - 1)
	i := h & mask
	for v.slots[i] != 0 {
		i = (i + 1) & mask
	}
	v.slots[i] = n
}

// find returns the number of a word, or 0. Most words of a text are not known and miss at the first slot.
func (v *vocabulary) find(h uint32, text []byte) int32 {
	mask := uint32(len(v.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		n := v.slots[i]
		if n == 0 {
			return 0
		}
		if w := &v.words[n]; w.hash == h && w.text == string(text) {
			return n
		}
	}
}

var digitWords = map[string]string{
	"0": "zero null", "1": "one eins", "2": "two zwei zwo deux", "3": "three drei trois", "4": "four vier quatre", "5": "five funf fuenf cinq",
	"6": "six sechs", "7": "seven sieben sept", "8": "eight acht huit", "9": "nine neun neuf",
	"2+": "twenty", "3+": "thirty", "4+": "forty", "5+": "fifty", "6+": "sixty", "7+": "seventy", "8+": "eighty", "9+": "ninety",
	"10": "ten zehn", "11": "eleven elf", "12": "twelve zwolf zwoelf", "*2": "double doppel", "*3": "triple dreifach",
}

var moneyWords = map[string]string{
	"USD": "usd dollar dollars bucks", "EUR": "eur euro euros", "CHF": "chf franken francs sfr fr", "GBP": "gbp pounds quid",
}

var roleWords = map[role]string{
	roleAt:   "at arroba klammeraffe",
	roleDot:  "dot punkt punto",
	roleMail: "gmail googlemail hotmail outlook yahoo gmx bluewin protonmail proton icloud aol web",
	roleChat: "whatsapp watsapp whatsap telegram telegramm signal snapchat snap instagram insta kik viber threema wechat skype discord",
	roleOh:   "o oh",
	roleOne:  "un une",
}

// The words that may be slipped into a term: articles, possessives and the like.
const skipWords = "a an the my your our his her their this that these those some any of to for and or us me you " +
	"der die das den dem des ein eine einen einem einer mein meine meinen dein deine unser unsere ihr ihre und oder zu zum zur von mit mir uns dir"

const topLevels = "com net org info biz io de ch at li eu uk us ca co fr it es nl be pl ru cn in me app shop online site xyz top club live link"

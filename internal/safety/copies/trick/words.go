package trick

import (
	"math/rand/v2"
	"strings"
)

// common words, the most frequent first, as in any English text.
const common = "the and a to of in is for with on are it we you at from or this that be as by our all your have can will not no one has was but so " +
	"very also more please only if out up there they when which any some most other new good well used just over two three"

// topics are the words of what is offered, a topic a line.
const topics = `room flat house kitchen bathroom garden balcony window floor cellar station tram quiet bright furnished deposit lease tenant heating laundry parking bedroom wardrobe lamp desk carpet terrace street lake view internet monthly landlord viewing shared attic stairs lift basement curtain mattress shower oven
work job shift hours kitchen cleaning harvest delivery warehouse office wage contract week experience start season training driver team helper apply letter certificate transport meals uniform hotel restaurant building garden travel paid arranged language weekend evening morning reception packing waiter cook
bicycle frame wheel brake saddle tyre gear chain pedal fork light basket bell pump lock helmet road mountain city children folding electric battery charger serviced scratches aluminium steel bottle rack cable spoke rim tube handlebar trailer touring sport shop repaired rode stored dry
table chair shelf sofa cupboard drawer mirror oak pine glass leather fabric cushion stool bench bookcase chest lamp rug frame screws width height depth scratch polished antique modern solid folding corner cabinet hinge knob varnish wood metal colour grey brown white black collect pickup`

// stock phrases are what honest people write again and again without knowing each other.
var stock = strings.Split("collection only|cash on collection|no time wasters please|smoke free home|pet free home|selling because we are moving house|"+
	"in very good condition|hardly used|see photos for details|open to sensible offers|first come first served|price is negotiable|"+
	"please ask if you have any questions|can be viewed at any time|available from the first of next month|close to public transport|"+
	"no agents please|must go this week|sold as seen|delivery possible at extra cost|instructions are included|from a tidy household|"+
	"write to me and i will answer the same day|more photos on request|we speak english german and french|good links to the motorway|"+
	"bought two years ago for twice the price|only serious offers please|free to a good home|would suit a student or a couple", "|")

var towns = strings.Fields("Ashford Birchley Cranmere Dunhollow Eastbrook Fernhill Greystone Hazelby Ironbridge Juniper Kingsmead Larkfield Millbrook Northwick Oakhurst Pinegrove")

const syllables = "ba be bo da de di do fa fi ga go ha ka ke ki la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi za zo"

// language draws words by Zipf's law: grammar first, then the words of the topics, then a long tail of names, makes and
// models.
type language struct {
	words []string
	zipf  *rand.Zipf
	rng   *rand.Rand
}

const vocabulary = 30_000

func newLanguage(rng *rand.Rand) *language {
	l := &language{rng: rng, words: strings.Fields(common)}
	known := make(map[string]bool)
	for _, word := range l.words {
		known[word] = true
	}
	add := func(word string) {
		if !known[word] {
			known[word] = true
			l.words = append(l.words, word)
		}
	}
	for word := range strings.FieldsSeq(topics) {
		add(word)
	}
	parts := strings.Fields(syllables)
	tail := rand.New(rand.NewPCG(1, 2)) // the language is the same for every seed
	for len(l.words) < vocabulary {
		var word strings.Builder
		for range 2 + tail.IntN(3) {
			word.WriteString(parts[tail.IntN(len(parts))])
		}
		add(word.String())
	}
	l.zipf = rand.NewZipf(rng, 1.08, 6, vocabulary-1)
	return l
}

func (l *language) word() string { return l.words[l.zipf.Uint64()] }

// sentence is six to fourteen words, every fourth of a topic.
func (l *language) sentence(topic []string) string {
	words := make([]string, 6+l.rng.IntN(9))
	for i := range words {
		if words[i] = l.word(); l.rng.IntN(4) == 0 {
			words[i] = topic[l.rng.IntN(len(topic))]
		}
	}
	return strings.Join(words, " ")
}

// text is so many sentences on one topic, some of them stock phrases.
func (l *language) text(sentences int) []string {
	lines := strings.Split(topics, "\n")
	topic := strings.Fields(lines[l.rng.IntN(len(lines))])
	all := make([]string, sentences)
	for i := range all {
		if all[i] = l.sentence(topic); l.rng.IntN(5) == 0 {
			all[i] = stock[l.rng.IntN(len(stock))]
		}
	}
	return all
}

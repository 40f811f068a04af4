package trick

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Options say how many documents there are and how those of campaigns are changed. Shares run from 0 to 1.
type Options struct {
	Documents     int
	CampaignShare float64 // of the documents; 0: .2
	Largest       int     // documents of one campaign; 0: 60
	Replacement   float64 // share of words that are replaced by others
	Shuffle       float64 // share of documents whose sentences change places
	Padding       float64 // length of strange sentences put in, as a share of the text
	Homoglyphs    float64 // share of letters replaced by letters that look the same
	ZeroWidth     float64 // share of letters with an invisible character behind them
	Leet          float64 // share of letters replaced by digits
	Stretch       float64 // share of words with a letter drawn out
	Apart         float64 // share of words written letter by letter
	SpeltPhones   float64 // share of documents whose number is written in words
	Tied          bool    // campaigns use few accounts, telephones and photos again; otherwise only the text ties them
}

// Document is one made-up listing. Campaign is the truth: 0 stands for nobody's.
type Document struct {
	ID       value.ID
	Campaign int
	Text     string
	Account  value.ID
	Phone    string
	Images   []pdq.Hash
	Place    string
	At       time.Time
	Since    time.Time
}

// maker makes documents.
type maker struct {
	*language
	options Options
	next    value.ID
	start   time.Time
}

// Campaigns returns documents, those of campaigns scattered among honest ones. The same seed and options give the same.
func Campaigns(seed uint64, options Options) []Document {
	var all []Document
	Stream(seed, options, func(d Document) { all = append(all, d) })
	return all
}

// Stream is Campaigns for more documents than fit into memory: it makes one after the other.
func Stream(seed uint64, options Options, fn func(Document)) {
	if options.CampaignShare == 0 {
		options.CampaignShare = .2
	}
	if options.Largest == 0 {
		options.Largest = 60
	}
	rng := rand.New(rand.NewPCG(seed, 0xfa1a))
	m := &maker{language: newLanguage(rng), options: options, start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	var running []*campaign
	started := 0
	for range options.Documents {
		if rng.Float64() >= options.CampaignShare {
			fn(m.honest())
			continue
		}
		for len(running) < max(1, min(40, options.Documents/100)) {
			started++
			running = append(running, m.campaign(started))
		}
		at := rng.IntN(len(running))
		fn(m.copy(running[at]))
		if running[at].left--; running[at].left == 0 {
			running[at] = running[len(running)-1]
			running = running[:len(running)-1]
		}
	}
}

// campaign is one text and the means with which it is posted.
type campaign struct {
	number    int
	left      int
	sentences []string
	accounts  []value.ID
	phones    []string
	photos    []pdq.Hash
	since     time.Time
}

// campaign makes one of 3 to Largest documents; small ones are more frequent.
func (m *maker) campaign(number int) *campaign {
	size := 3 * math.Exp(m.rng.Float64()*math.Log(float64(max(4, m.options.Largest))/3))
	c := &campaign{number: number, left: int(size), sentences: m.text(8 + m.rng.IntN(6)), since: m.start.Add(-24 * time.Hour)}
	c.sentences = append(c.sentences, "travel is paid and the work is arranged")
	for range 2 + m.rng.IntN(4) {
		c.accounts = append(c.accounts, m.account())
		c.phones = append(c.phones, m.phone())
		c.photos = append(c.photos, Photo(m.rng))
	}
	return c
}

func (m *maker) account() value.ID { return value.ID(m.rng.Int64N(1<<50) + 1<<40) }

// phone is a Swiss number in one of the forms in which people write it.
func (m *maker) phone() string {
	n := m.rng.IntN(10_000_000)
	return fmt.Sprintf("07%d %03d %02d %02d", 6+m.rng.IntN(4), n/10_000, n/100%100, n%100)
}

func (m *maker) document(sentences []string) Document {
	m.next++
	return Document{
		ID: m.next, Text: strings.Join(sentences, ". "), Account: m.account(), Phone: m.phone(), Place: towns[m.rng.IntN(len(towns))],
		At: m.start.Add(time.Duration(m.next) * time.Minute), Since: m.start.Add(-time.Duration(m.rng.IntN(2000)) * time.Hour),
	}
}

func (m *maker) honest() Document {
	d := m.document(m.text(4 + m.rng.IntN(9)))
	d.Images = []pdq.Hash{Photo(m.rng)}
	if m.rng.IntN(2) == 0 {
		d.Text += ". Call " + d.Phone
	}
	return d
}

// copy is one more document of a campaign, changed as the options say.
func (m *maker) copy(c *campaign) Document {
	o := m.options
	sentences := make([]string, len(c.sentences))
	for i, sentence := range c.sentences {
		sentences[i] = m.replaced(sentence)
	}
	if m.rng.Float64() < o.Shuffle {
		m.rng.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
	}
	d := m.document(m.padded(sentences))
	d.Campaign = c.number
	if o.Tied {
		d.Account, d.Phone, d.Since = c.accounts[m.rng.IntN(len(c.accounts))], c.phones[m.rng.IntN(len(c.phones))], c.since
		d.Images = []pdq.Hash{Cropped(c.photos[m.rng.IntN(len(c.photos))], m.rng)}
	}
	d.Text = Disguise(d.Text, o, m.rng)
	phone := d.Phone
	if m.rng.Float64() < o.SpeltPhones {
		phone = Spell(phone)
	}
	d.Text += ". Call " + phone
	return d
}

func (m *maker) replaced(sentence string) string {
	words := strings.Fields(sentence)
	for i := range words {
		if m.rng.Float64() < m.options.Replacement {
			words[i] = m.word()
		}
	}
	return strings.Join(words, " ")
}

// padded puts strange sentences between those of a text.
func (m *maker) padded(sentences []string) []string {
	extra := m.text(int(float64(len(sentences))*m.options.Padding + .5))
	for _, sentence := range extra {
		at := m.rng.IntN(len(sentences) + 1)
		sentences = append(sentences[:at:at], append([]string{sentence}, sentences[at:]...)...)
	}
	return sentences
}

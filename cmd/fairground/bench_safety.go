package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"fairground/internal/safety/copies"
	"fairground/internal/safety/copies/trick"
	"fairground/internal/value"
)

// safety measures the safety desk: screening, telephone numbers, photos, statements, and the search for copies.
func (b *bench) safety() error {
	parts := []func() error{b.safetyGate, b.safetyPhones, b.safetyPhotos, b.safetyBank, b.safetyStatements, b.safetyTricks, b.safetyMany}
	if b.Copies {
		parts = parts[len(parts)-2:]
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
		if err := b.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// replacements are the shares of words that a campaign replaces.
var replacements = []float64{0, .05, .15, .30, .40}

// safetyTricks prints recall, precision and agreement for every mixture of tricks. Only the text ties the documents of a
// campaign: each has an account, a telephone and a place of its own.
func (b *bench) safetyTricks() error {
	documents := 10_000
	if b.Quick {
		documents = 2500
	}
	b.row("\nCopies: %d made-up listings, 20 %% of them of campaigns of 3 to 60; recall / precision / adjusted Rand index of pairs", documents)
	b.row("  words replaced                        %s", spread(replacements, func(share float64) string { return fmt.Sprintf("%6.0f %%            ", share*100) }))
	for mixture := range 16 {
		if b.Quick && mixture != 0 && mixture != 15 && mixture&(mixture-1) != 0 {
			continue // one trick at a time, none and all
		}
		options := mixtureOf(mixture)
		found := make([]trick.Agreement, len(replacements))
		for i, share := range replacements {
			if b.ctx.Err() != nil {
				return b.ctx.Err()
			}
			options.Documents, options.Replacement = documents, share
			found[i] = agreement(trick.Campaigns(b.Seed+uint64(mixture), options))
		}
		b.row("  %-36s  %s", mixtureName(mixture), spread(found, func(a trick.Agreement) string {
			return fmt.Sprintf("%.3f / %.3f / %.3f  ", a.Recall, a.Precision, a.Rand)
		}))
		if mixture == 0 {
			b.figure("copies_recall_0", found[0].Recall)
			b.figure("copies_recall_30", found[3].Recall)
			b.figure("copies_precision_30", found[3].Precision)
		}
	}
	return nil
}

func spread[T any](all []T, text func(T) string) (line string) {
	for _, one := range all {
		line += text(one)
	}
	return line
}

var mixtureNames = [4]string{"shuffled", "padded", "lookalikes", "spelt phone"}

// mixtureOf turns tricks on by bits: sentences shuffled, 30 % of strange sentences, a fifth of the letters looking alike
// and a tenth followed by invisible ones, the telephone number in words.
func mixtureOf(mixture int) trick.Options {
	on := func(bit int, share float64) float64 { return share * float64(mixture>>bit&1) }
	return trick.Options{Shuffle: on(0, 1), Padding: on(1, .3), Homoglyphs: on(2, .2), ZeroWidth: on(2, .1), SpeltPhones: on(3, 1)}
}

func mixtureName(mixture int) (name string) {
	for bit, one := range mixtureNames {
		if mixture>>bit&1 == 1 {
			if name != "" {
				name += ", "
			}
			name += one
		}
	}
	if name == "" {
		return "nothing else"
	}
	return name
}

func copyOf(d trick.Document) copies.Doc {
	return copies.Doc{ID: d.ID, Text: d.Text, Account: d.Account, Images: d.Images, Place: d.Place, At: d.At, Since: d.Since}
}

func agreement(docs []trick.Document) trick.Agreement {
	index := copies.New(copies.Options{})
	var truth []int
	for _, d := range docs {
		index.Add(copyOf(d))
		truth = append(truth, d.Campaign)
	}
	return judge(index, truth)
}

// judge compares the clusters of documents 1 up to len(truth) with the truth.
func judge(index *copies.Index, truth []int) trick.Agreement {
	found := make([]int, len(truth))
	numbers := map[value.ID]int{0: 0}
	for i := range truth {
		cluster := index.ClusterOf(value.ID(i + 1))
		if _, known := numbers[cluster]; !known {
			numbers[cluster] = len(numbers)
		}
		found[i] = numbers[cluster]
	}
	return trick.Judge(truth, found)
}

// safetyMany adds listings one by one, as they come in, and tells how quick that is and what it takes.
func (b *bench) safetyMany() error {
	listings := b.Listings
	if listings == 0 {
		listings = 100_000
	}
	if b.Quick && b.Listings == 0 {
		listings = 20_000
	}
	index := copies.New(copies.Options{})
	before := heap_mb()
	truth, took := make([]int, 0, listings), make([]float64, 0, listings)
	options := trick.Options{Documents: listings, Replacement: .15, Shuffle: .3, Padding: .1, Homoglyphs: .05, SpeltPhones: .3, Tied: true, Largest: 300}
	busy, processor := time.Duration(0), processor_s()
	b.row("\nCopies: %d listings one after the other on one core, with accounts, telephones and photos, 15 %% of the words replaced", listings)
	told := progress{each: max(1, listings/10), processor_s: processor}
	trick.Stream(b.Seed, options, func(d trick.Document) {
		if b.ctx.Err() != nil {
			return
		}
		began := time.Now()
		index.Add(copyOf(d))
		one := time.Since(began)
		busy += one
		truth, took = append(truth, d.Campaign), append(took, float64(one.Microseconds())/1000)
		told.step(b, len(truth), busy)
	})
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	processor = processor_s() - processor
	slices.Sort(took)
	perSecond := float64(listings) / busy.Seconds()
	found := judge(index, truth)
	memory := heap_mb() - before
	b.row("  %10.0f listings/s   p50 %.2f ms   p99 %.2f ms   longest %.0f ms", perSecond, percentile(took, .5), percentile(took, .99), took[len(took)-1])
	if processor > 0 {
		b.row("  %10.0f listings a second of processor time, with the making of them and the collection of garbage", float64(listings)/processor)
	}
	b.row("  %10.0f MB held (%.1f kB a listing), %.0f MB at most in the process", memory, memory*1024/float64(listings), memory_mb("self", "VmHWM"))
	b.row("  %10.4f recall   %.4f precision   %.4f adjusted Rand index   %d clusters", found.Recall, found.Precision, found.Rand, len(index.Clusters(2)))
	b.figure("copies_per_s", perSecond)
	b.figure("copies_memory_mb", memory)
	runtime.KeepAlive(index)
	return nil
}

// progress tells how far a long measurement is, and whether it slows down.
type progress struct {
	each        int
	busy        time.Duration
	processor_s float64
}

// step prints a line for each tenth: how quick that tenth was by the clock, and by the processor's time with the making of the
// listings and the collection of garbage.
func (p *progress) step(b *bench, done int, busy time.Duration) {
	if done%p.each != 0 {
		return
	}
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	processor := processor_s()
	line := fmt.Sprintf("  %10d so far   %6.0f/s", done, float64(p.each)/(busy-p.busy).Seconds())
	if processor > p.processor_s {
		line += fmt.Sprintf("   %6.0f/s of processor time", float64(p.each)/(processor-p.processor_s))
	}
	b.row("%s   %6.0f MB", line, float64(now.HeapAlloc)/(1<<20))
	p.busy, p.processor_s = busy, processor
}

// processor_s is the processor time of this process so far, which does not grow while others have the processor; 0 where
// the system does not tell. The clock of /proc ticks a hundred times a second.
func processor_s() float64 {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	var user, system float64
	fmt.Sscan(fields[11], &user)
	fmt.Sscan(fields[12], &system)
	return (user + system) / 100
}

func heap_mb() float64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return float64(now.HeapAlloc) / (1 << 20)
}

package demo

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fairground/internal/value"
)

//go:embed suspicious.txt
var suspiciousText string

// Suspicious returns the listings that screening must stop, as they stand at a base time: frauds in neutral words,
// copies of branded goods, contact hidden from programs, recruitment with signs of exploitation. All are made up.
func Suspicious(base time.Time) []Listing {
	var list []Listing
	towns := Towns()
	base = base.UTC().Truncate(time.Second)
	for _, row := range strings.Split(suspiciousText, "\n") {
		if row == "" || row[0] == '#' {
			continue
		}
		i := len(list)
		l, err := parseSuspicious(fields(row))
		if err != nil {
			panic(err) // the file is part of the program, and a test reads it
		}
		town := towns[i*7%len(towns)]
		l.External = fmt.Sprintf("demo-held-%02d", i+1)
		l.Seller, l.Place, l.Point = i*17%privateSellers, town.Name, town.Point
		l.At = base.Add(-time.Duration(i+1) * 97 * time.Minute)
		list = append(list, l)
	}
	return list
}

func parseSuspicious(parts []string) (Listing, error) {
	if len(parts) != 6 {
		return Listing{}, fmt.Errorf("demo: suspicious.txt: a listing has six parts: %q", parts)
	}
	francs, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return Listing{}, fmt.Errorf("demo: suspicious.txt: price of %q: %w", parts[4], err)
	}
	l := Listing{
		Kind: Sell, Category: parts[0], Language: parts[1], Title: parts[4], Description: parts[5],
		Price: value.Money{Minor: francs * 100, Currency: Currency},
	}
	for _, pair := range strings.Fields(parts[3]) {
		slug, text, _ := strings.Cut(pair, "=")
		l.Attributes = append(l.Attributes, Entry{Slug: slug, Value: text})
	}
	return l, nil
}

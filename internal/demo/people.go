package demo

import (
	"strings"

	"fairground/internal/value"
)

// Seller is somebody made up who lists things.
type Seller struct {
	Slug     string // unique: "elio-t-017", "shop-03"
	Name     string // "Elio T.", or the name of the shop
	Business bool
	Place    string // the town they live or trade in
	Since    int    // year they joined
	Verified bool   // their identity has been checked
	Language string // "en" or "de"
	Trade    string // what a shop deals in, in English; "" for private persons
	town     int
}

// Town is a place that listings come from.
type Town struct {
	Name   string
	Region string // canton or department
	Point  value.Point
	weight int     // roughly thousands of inhabitants
	dear   float64 // what homes cost here, 1 in the middle
}

// sellers keeps everybody, and who may sell what.
type sellers struct {
	all     []Seller
	private []int
	shops   map[string][]int // by family
}

// Sellers returns 300 private persons and the shops. Listing.Seller is an index into it. All are invented.
func Sellers() []Seller { return append([]Seller(nil), newSellers().all...) }

const privateSellers = 300

func newSellers() *sellers {
	s := &sellers{shops: map[string][]int{}}
	first, towns := strings.Fields(firstNames), Towns()
	var spots weighted
	for _, t := range towns {
		spots.add(t.weight)
	}
	for i := range privateSellers {
		seed := mix(uint64(i) + 7)
		name, initial := first[i*7%len(first)], string(rune('A'+mix(seed)%26))
		town := pickBy(&spots, mix(seed+1))
		language := "en"
		if seed%4 == 0 {
			language = "de"
		}
		s.private = append(s.private, i)
		s.all = append(s.all, Seller{Slug: slug(name) + "-" + strings.ToLower(initial) + "-" + external(i)[9:], Name: name + " " + initial + ".",
			Place: towns[town].Name, Since: 2016 + int(seed>>8%10), Verified: seed>>20%3 > 0, Language: language, town: town})
	}
	for i, row := range strings.Split(strings.TrimSpace(shopRows), "\n") {
		s.addShop(i, fields(row), towns)
	}
	return s
}

func (s *sellers) addShop(i int, parts []string, towns []Town) {
	town := 0
	for j, t := range towns {
		if t.Name == parts[1] {
			town = j
		}
	}
	for _, family := range strings.Fields(parts[3]) {
		s.shops[family] = append(s.shops[family], len(s.all))
	}
	s.all = append(s.all, Seller{Slug: "shop-" + external(i)[10:], Name: parts[0], Business: true, Place: parts[1],
		Since: 2012 + i%11, Verified: true, Language: "en", Trade: parts[2], town: town})
}

func pickBy(w *weighted, seed uint64) int {
	want := int(seed % uint64(w.sums[len(w.sums)-1]))
	for i, sum := range w.sums {
		if sum > want {
			return i
		}
	}
	return 0
}

// slug turns a first name into plain letters.
func slug(name string) string {
	return strings.NewReplacer("é", "e", "è", "e", "ë", "e", "ï", "i", "ö", "o", "ü", "u", "ä", "a", "ç", "c", "í", "i").Replace(strings.ToLower(name))
}

const firstNames = `Elio Mina Luca Noémie Jonas Chloé Nils Aïcha Tom Léa Sven Inès Marc Yara Paul Zoé David Hanna Théo Salma
Anton Clara Hugo Nora Emil Lina Samuel Maya Julien Ida Karim Alma Loïc Eva Matteo Selin Victor Rosa Oskar Jeanne Pablo Mira
Arthur Lou Felix Amina Robin Elsa Timo Camille Adrian Judith Nadia Bruno Silvia Milan Agnès Peter Fatou Simon Ursina Rafael
Greta Denis Ayşe Martin Flora Cyril Petra Ivo Colette Andrin Leila Gaël Ruth Dario Ottilie Yves Bettina Kofi Madeleine`

// Name | town | trade | families it sells in
const shopRows = `
Spoke & Lantern Cycles | Lausanne | Bicycles, new and second-hand | bicycles
Vélo du Lac Atelier | Nyon | Bicycle workshop | bicycles
Garage des Trois Platanes | Morges | Cars and vans | cars
Lemanic Wheels | Renens | Used cars | cars
Garage Belle-Rive | Vevey | Cars and motorbikes | cars boats
Quayside Homes | Lausanne | Letting and sales | flats rooms
Régie Clair-Matin | Genève | Letting and sales | flats
Vigne & Toit Immobilier | Montreux | Homes for sale | flats rooms
Second Story Furniture | Renens | House clearances and furniture | furniture decor books
Brocante du Vieux Pressoir | Rolle | Furniture and curiosities | furniture decor music
Circuit Corner | Genève | Repaired electronics | electronics
Phonorama Repairs | Carouge | Telephones and audio | electronics
Larch & Lake Sports | Aigle | Skis, tents and boats | sport boats
Thumb & Trowel | Gland | Plants and garden machines | garden services
Little Heron Kids | Pully | Children’s things | kids fashion
Tick & Thimble | Vevey | Clothes and watches | fashion
Mistral Strings | Lausanne | Instruments and repairs | music
Paper Steamer Books | Carouge | Books and records | books pets
Atelier Marmotte | Yverdon-les-Bains | Painting, repairs and moving | services jobs
Auberge du Débarcadère | Cully | Inn by the lake | jobs
Leman Team Placements | Genève | Permanent and temporary jobs | jobs
`

package searchtest

import (
	"time"

	"fairground/internal/search"
	"fairground/internal/value"
)

// The categories of the small market: everything > vehicles > bicycles, cars; everything > homes.
const (
	Everything value.ID = 1
	Vehicles   value.ID = 2
	Bicycles   value.ID = 3
	Cars       value.ID = 4
	Homes      value.ID = 5
)

// The places of the small market.
var (
	Lausanne = value.Point{Lat: 46.5197, Lon: 6.6323}
	Geneva   = value.Point{Lat: 46.2044, Lon: 6.1432}
	Berne    = value.Point{Lat: 46.9480, Lon: 7.4474}
	Suva     = value.Point{Lat: -18.1416, Lon: 178.4419}
	Samoa    = value.Point{Lat: -13.8333, Lon: -171.7667}
	NearPole = value.Point{Lat: 89.5, Lon: 10}
	OverPole = value.Point{Lat: 89.5, Lon: -170}
)

var firstDay = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// market is the table of documents that the queries of Conformance look in. Greater ids are newer.
func market() []search.Document {
	bike := func(d search.Document) search.Document {
		d.Category, d.Path = Bicycles, []value.ID{Everything, Vehicles, Bicycles}
		return d
	}
	all := []search.Document{
		bike(search.Document{Title: "Red city bicycle", Body: "Well kept, new tyres.", Price: chf(250), Point: Lausanne,
			Attributes: values("red", "city", 8, true), Photos: 2}),
		bike(search.Document{Title: "Mountain bike, blue", Body: "A bicycle for steep paths, hydraulic brakes", Price: chf(900), Point: Geneva,
			Attributes: values("blue", "mountain", 21, false), Seller: search.Business, Photos: 1}),
		bike(search.Document{Title: "Fahrräder für Kinder", Body: "Zwei kleine Räder, rot und blau.", Price: chf(80), Point: Berne,
			Attributes: append(values("red", "child", 1, false), search.Choice("color", "blue"))}),
		bike(search.Document{Title: "E-Bike with two batteries", Body: "Range of ninety kilometres", Price: chf(2400), Point: Lausanne,
			Attributes: values("black", "city", 10, true), Seller: search.Business, Photos: 5}),
		bike(search.Document{Title: "Looking for a tandem", Body: "Any colour will do", Kind: search.Wanted, Point: Berne}),
		{Title: "Estate car, diesel", Body: "Roof rack for bicycles included", Category: Cars, Path: []value.ID{Everything, Vehicles},
			Price: chf(7300), Point: Geneva, Attributes: []search.Value{search.Choice("fuel", "diesel"), search.Number("km", 123_000)}, Photos: 3},
		{Title: "Kleinwagen, Benzin", Body: "Auto für die Stadt, wenig gefahren", Category: Cars, Path: []value.ID{Everything, Vehicles},
			Price: value.MoneyFromUnits(5200, "EUR"), Attributes: []search.Value{search.Choice("fuel", "petrol"), search.Number("km", 40_500.5)}},
		{Title: "Sunny flat, three rooms", Body: "Red brick house near the lake, cellar for bicycles", Category: Homes, Path: []value.ID{Everything},
			Price: chf(1800), Point: Lausanne, Attributes: []search.Value{search.Number("rooms", 3.5), search.YesNo("balcony", true)}, Photos: 8},
		{Title: "Wohnungen am Mueller-Platz", Body: "Häuser und Wohnungen, die rote Fassade", Category: Homes, Path: []value.ID{Everything},
			Price: chf(2100), Point: Berne, Attributes: []search.Value{search.Number("rooms", 4.5), search.YesNo("balcony", false)}},
		{Title: "自転車を売ります", Body: "🚲 almost new", Category: Bicycles, Path: []value.ID{Everything, Vehicles}, Kind: search.Swap, Point: Suva},
		{Title: "Kayak", Body: "For the sea AND the river; NOT a toy* (light)", Category: Everything, Kind: search.Free, Price: chf(0), Point: Samoa},
		{Title: "Polar tent", Category: Everything, Point: NearPole, Price: chf(400)},
	}
	for i := range all {
		all[i].Listing = value.ID(101 + i)
		all[i].At = firstDay.Add(time.Duration(i) * time.Hour)
		if all[i].Kind == "" {
			all[i].Kind = search.Sell
		}
		if all[i].Seller == "" {
			all[i].Seller = search.Private
		}
	}
	return all
}

func chf(units int64) value.Money { return value.MoneyFromUnits(units, "CHF") }

func values(color, style string, gears float64, lights bool) []search.Value {
	return []search.Value{search.Choice("color", color), search.Choice("style", style), search.Number("gears", gears), search.YesNo("lights", lights)}
}

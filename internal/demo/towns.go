package demo

import "fairground/internal/value"

// Towns returns the places around the lake that listings come from. The caller owns what it gets.
func Towns() []Town {
	at := func(name, region string, lat, lon float64, weight int, dear float64) Town {
		return Town{Name: name, Region: region, Point: value.Point{Lat: lat, Lon: lon}, weight: weight, dear: dear}
	}
	return []Town{
		at("Genève", "GE", 46.2044, 6.1432, 200, 1.3), at("Carouge", "GE", 46.1840, 6.1390, 22, 1.28),
		at("Lancy", "GE", 46.1897, 6.1158, 33, 1.15), at("Meyrin", "GE", 46.2342, 6.0803, 26, 1.1),
		at("Vernier", "GE", 46.2170, 6.0850, 35, 1.05), at("Onex", "GE", 46.1840, 6.1010, 18, 1.1),
		at("Thônex", "GE", 46.1920, 6.1990, 15, 1.15), at("Chêne-Bougeries", "GE", 46.1980, 6.1860, 12, 1.3),
		at("Versoix", "GE", 46.2840, 6.1620, 13, 1.15), at("Bellevue", "GE", 46.2580, 6.1540, 4, 1.2),
		at("Cologny", "GE", 46.2160, 6.1800, 5, 1.45), at("Collonge-Bellerive", "GE", 46.2510, 6.1970, 8, 1.35),
		at("Hermance", "GE", 46.3020, 6.2430, 1, 1.2), at("Coppet", "VD", 46.3160, 6.1920, 3, 1.25),
		at("Founex", "VD", 46.3330, 6.1930, 4, 1.25), at("Prangins", "VD", 46.3950, 6.2500, 4, 1.2),
		at("Nyon", "VD", 46.3833, 6.2398, 22, 1.2), at("Gland", "VD", 46.4210, 6.2700, 14, 1.12),
		at("Rolle", "VD", 46.4590, 6.3370, 6, 1.15), at("Aubonne", "VD", 46.4950, 6.3910, 3, 1.02),
		at("Allaman", "VD", 46.4710, 6.3970, 1, 1), at("Saint-Prex", "VD", 46.4810, 6.4600, 6, 1.1),
		at("Morges", "VD", 46.5110, 6.4990, 17, 1.12), at("Préverenges", "VD", 46.5170, 6.5280, 5, 1.08),
		at("Ecublens", "VD", 46.5260, 6.5620, 13, 1), at("Renens", "VD", 46.5370, 6.5880, 21, .95),
		at("Prilly", "VD", 46.5360, 6.6020, 12, .98), at("Crissier", "VD", 46.5500, 6.5770, 8, .95),
		at("Bussigny", "VD", 46.5510, 6.5560, 10, .95), at("Lausanne", "VD", 46.5197, 6.6323, 140, 1.1),
		at("Pully", "VD", 46.5100, 6.6620, 19, 1.2), at("Lutry", "VD", 46.5030, 6.6860, 10, 1.25),
		at("Epalinges", "VD", 46.5490, 6.6680, 10, 1.05), at("Le Mont-sur-Lausanne", "VD", 46.5580, 6.6320, 9, 1.05),
		at("Cully", "VD", 46.4880, 6.7300, 5, 1.2), at("Chexbres", "VD", 46.4820, 6.7790, 2, 1.1),
		at("Puidoux", "VD", 46.5000, 6.7830, 3, .95), at("Vevey", "VD", 46.4628, 6.8431, 20, 1.02),
		at("La Tour-de-Peilz", "VD", 46.4530, 6.8590, 12, 1.1), at("Corsier-sur-Vevey", "VD", 46.4690, 6.8480, 3, 1),
		at("Blonay", "VD", 46.4630, 6.8940, 6, 1.02), at("Clarens", "VD", 46.4410, 6.8930, 9, 1.02),
		at("Montreux", "VD", 46.4312, 6.9107, 26, 1.1), at("Villeneuve", "VD", 46.3980, 6.9270, 6, .95),
		at("Aigle", "VD", 46.3180, 6.9700, 11, .85), at("Echallens", "VD", 46.6410, 6.6330, 6, .88),
		at("Cossonay", "VD", 46.6140, 6.5080, 4, .88), at("Yverdon-les-Bains", "VD", 46.7785, 6.6411, 30, .85),
		at("Monthey", "VS", 46.2540, 6.9540, 18, .78), at("Le Bouveret", "VS", 46.3850, 6.8560, 2, .85),
		at("Saint-Gingolph", "VS", 46.3930, 6.8060, 1, .8), at("Evian-les-Bains", "74", 46.4010, 6.5890, 9, .8),
		at("Thonon-les-Bains", "74", 46.3710, 6.4800, 36, .75), at("Publier", "74", 46.3870, 6.5430, 7, .72),
		at("Douvaine", "74", 46.3050, 6.3040, 6, .75), at("Sciez", "74", 46.3330, 6.3830, 6, .72),
		at("Yvoire", "74", 46.3710, 6.3260, 1, .85), at("Annemasse", "74", 46.1930, 6.2350, 37, .75),
		at("Gaillard", "74", 46.1850, 6.2080, 11, .75), at("Saint-Julien-en-Genevois", "74", 46.1430, 6.0810, 15, .8),
		at("Ferney-Voltaire", "01", 46.2570, 6.1100, 11, .85), at("Divonne-les-Bains", "01", 46.3570, 6.1390, 10, .88),
		at("Gex", "01", 46.3330, 6.0580, 13, .75), at("Lugrin", "74", 46.4020, 6.6650, 2, .7),
	}
}

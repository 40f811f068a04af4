package trick

// Agreement says how well clusters that were found fit the truth. Recall and Precision are over pairs of documents; Rand
// is the adjusted Rand index, 1 for the same partition and about 0 for one made by chance.
type Agreement struct {
	Recall, Precision, Rand float64
}

// Judge compares two partitions, given as a label for each document. Label 0 stands alone, as if each had its own.
func Judge(truth, found []int) Agreement {
	type cell struct{ truth, found int }
	cells, rows, columns := make(map[cell]float64), make(map[int]float64), make(map[int]float64)
	for i := range truth {
		if truth[i] != 0 && found[i] != 0 {
			cells[cell{truth[i], found[i]}]++
		}
		if truth[i] != 0 {
			rows[truth[i]]++
		}
		if found[i] != 0 {
			columns[found[i]]++
		}
	}
	both, real, said := 0.0, 0.0, 0.0
	for _, n := range cells {
		both += pairs(n)
	}
	for _, n := range rows {
		real += pairs(n)
	}
	for _, n := range columns {
		said += pairs(n)
	}
	return Agreement{Recall: share(both, real), Precision: share(both, said), Rand: adjusted(both, real, said, pairs(float64(len(truth))))}
}

func pairs(n float64) float64 { return n * (n - 1) / 2 }

// share is 1 when there was nothing to find.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 1
	}
	return part / whole
}

// adjusted is (index - expected) / (greatest - expected).
func adjusted(both, real, said, all float64) float64 {
	if all == 0 {
		return 1
	}
	expected := real * said / all
	greatest := (real + said) / 2
	if greatest == expected {
		return 1
	}
	return (both - expected) / (greatest - expected)
}

package market

import "strconv"

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads digits that this package wrote or checked.
func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

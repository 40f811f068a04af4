package copies

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"fairground/internal/value"
)

// onProcessor is how long this thread had a processor, which does not grow while others have it.
func onProcessor() time.Duration {
	const ofThread = 3 // CLOCK_THREAD_CPUTIME_ID
	var t syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, ofThread, uintptr(unsafe.Pointer(&t)), 0)
	return time.Duration(t.Nano())
}

// BenchmarkEditedInALargeCluster edits listings of one author who has 5,000 that hardly differ.
func BenchmarkEditedInALargeCluster(b *testing.B) {
	const author = 5000
	x := New(Options{})
	runtime.LockOSThread()
	put := func(n, edited int) time.Duration {
		began := onProcessor()
		x.Add(Doc{ID: value.ID(n + 1), Account: 7, Text: fmt.Sprintf("%s. Set number %d, asked for %d times", work3, n, edited), At: time.Unix(1e9+int64(n), 0)})
		x.Summary(value.ID(n + 1))
		return onProcessor() - began
	}
	var came, edited []time.Duration
	for n := range author {
		came = append(came, put(n, 0))
	}
	for b.Loop() {
		edited = append(edited, put(len(edited)*37%author, 1+len(edited)))
	}
	slices.Sort(came)
	slices.Sort(edited)
	b.ReportMetric(float64(came[len(came)*99/100].Microseconds()), "new_p99_us")
	b.ReportMetric(float64(came[len(came)-1].Microseconds()), "new_most_us")
	b.ReportMetric(float64(edited[len(edited)*99/100].Microseconds()), "p99_us")
	b.ReportMetric(float64(edited[len(edited)-1].Microseconds()), "most_us")
}

package inbound

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each file of testdata/trim is a mail's text, a line "=== kept", and what Trim leaves.
func TestTrimCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/trim/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text, want, ok := strings.Cut(string(content), "=== kept\n")
		if !ok {
			t.Fatalf("%s has no line === kept", file)
		}
		got := Trim(text)
		if want = strings.TrimRight(want, "\n"); got != want {
			t.Errorf("%s:\n%s\n--- want\n%s", filepath.Base(file), got, want)
		}
		if again := Trim(strings.ReplaceAll(text, "\n", "\r\n")); again != got {
			t.Errorf("%s: other line ends change the outcome:\n%s", filepath.Base(file), again)
		}
	}
}

func TestTrimNeverTakesEverything(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"> all of it is quoted", "-- \nonly a signature", "Sent from my iPhone", "-----Original Message-----\ntext", "--\n",
		"On 1 May 2026, Mina wrote:\n> a", "____________", "From: a\nTo: b\nDate: c\nSubject: d\n", ">", "Le 1 mai 2026, Mina a écrit :",
	} {
		if got := Trim(text); strings.TrimSpace(got) == "" {
			t.Errorf("%q became empty", text)
		}
	}
	for _, text := range []string{"", "\n\n", " \t\n", "\x00\u200b"} {
		if got := Trim(text); got != "" {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func FuzzTrim(f *testing.F) {
	files, _ := filepath.Glob("testdata/trim/*.txt")
	for _, file := range files {
		content, _ := os.ReadFile(file)
		f.Add(string(content))
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Trim(text)
		if strings.TrimSpace(clean(text)) != "" && got == "" {
			t.Errorf("%q became empty", text)
		}
		if len(got) > len(clean(text))+strings.Count(text, "\n")*3+3 {
			t.Errorf("%q grew to %q", text, got)
		}
	})
}

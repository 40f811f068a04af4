package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"fairground/internal/db"
	"fairground/internal/search/memory"
	"fairground/internal/search/words"
)

// searchBeside measures stored searches, how fast a change is visible, and what the site's database and the rivals make
// of a contest.
func (b *bench) searchBeside(c *contest, ours standing) error {
	if err := b.measureReverse(c.market, c.listings); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "fairground-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tables, err := b.besideDatabase(c, dir)
	if err != nil {
		return err
	}
	sides := []standing{ours, tables}
	if b.Rivals {
		if sides, err = b.addRivals(c, sides, dir); err != nil {
			return err
		}
	}
	b.printSides(c, sides)
	return b.writeChart("search-rivals.svg", sidesChart(c, sides))
}

// besideDatabase fills the index of a site's database, measures how fast a change is visible, and lets it compete.
func (b *bench) besideDatabase(c *contest, dir string) (standing, error) {
	tables := standing{title: "Fairground, in SQLite, counts capped", figure: "database"}
	s, err := b.openShop(c.market, c.listings, db.Config{Directory: dir, Unsafe: true})
	if err != nil {
		return tables, err
	}
	defer s.close()
	tables.build_s = s.fill_s
	if tables.bytes, err = directorySize(dir); err != nil {
		return tables, err
	}
	if err := c.run(&tables, askIndex(b.ctx, s.index)); err != nil {
		return tables, err
	}
	return tables, b.measureVisible(s, dir)
}

var errNoSphinx = errors.New("it is not on this machine: apt-get install sphinxsearch")

// addRivals lets the others compete. One that this machine lacks is left out with a word.
func (b *bench) addRivals(c *contest, sides []standing, dir string) ([]standing, error) {
	x, err := b.newExternal(c.market, dir)
	if err == nil {
		err = x.writeContest(c)
	}
	if err != nil && !errors.Is(err, errNoRivals) {
		return sides, err
	}
	outside := func(engine, title string) func() (standing, error) {
		return func() (standing, error) {
			if x == nil {
				return standing{}, errNoRivals
			}
			if _, err := exec.LookPath("indexer"); engine == "sphinx" && err != nil {
				return standing{}, errNoSphinx
			}
			return b.externalStanding(c, x, engine, title)
		}
	}
	for _, rival := range []struct {
		title string
		run   func() (standing, error)
	}{
		{"SQLite FTS5", func() (standing, error) { return b.fts5Standing(c, dir) }},
		{"PostgreSQL", func() (standing, error) { return b.postgresStanding(c) }},
		{"Sphinx", outside("sphinx", "Sphinx 2.2.11")},
		{"Bleve", outside("bleve", "Bleve 2.6.1")},
	} {
		began := b.say("Asking " + rival.title)
		s, err := rival.run()
		began()
		switch {
		case err == nil:
			sides = append(sides, s)
		case b.ctx.Err() != nil:
			return sides, b.ctx.Err()
		default:
			b.row("\n%s: left out, %v", rival.title, err)
		}
	}
	return sides, nil
}

// measureQuality asks the judged questions of our own index in memory, and of full text as databases have it.
func (b *bench) measureQuality(texts []realText) error {
	if len(texts) == 0 {
		b.row("\nQuality: left out, %v", errNoData)
		return nil
	}
	dir, err := os.MkdirTemp("", "fairground-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := newJudgedSet(b.Seed, texts)
	index := memory.New(memory.Config{Analyzer: words.New([]string{"en"}, benchSynonyms)})
	if err := index.Apply(s.documents, nil); err != nil {
		return err
	}
	ours, err := s.judgeIndex(b.ctx, "Fairground, in memory", "", index)
	if err != nil {
		return err
	}
	tables, err := b.judgeDatabase(s, dir)
	if err != nil {
		return err
	}
	all := []quality{ours, tables}
	for _, judge := range []func() (quality, error){
		func() (quality, error) { return b.qualityOfFTS5(s, dir) },
		func() (quality, error) { return b.qualityOfPostgres(s) },
		func() (quality, error) { return b.qualityOfBleve(s, dir) },
	} {
		q, err := judge()
		switch {
		case err == nil:
			all = append(all, q)
		case errors.Is(err, errNoRivals), errors.Is(err, errNoPostgres):
			b.row("\n%s: left out, %v", q.title, err)
		default:
			return err
		}
	}
	b.printQuality(s, all)
	return nil
}

// say shows what takes long on the way; the function it returns removes it.
func (b *bench) say(what string) (done func()) {
	fmt.Fprintf(b.err, "\r%s …", what)
	return func() { fmt.Fprintf(b.err, "\r%s\r", strings.Repeat(" ", len(what)+4)) }
}

// directorySize is the sum of all files below a directory.
func directorySize(dir string) (sum float64, err error) {
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		state, err := os.Stat(path)
		if err == nil && state.Mode().IsRegular() {
			sum += float64(state.Size())
		}
		return err
	})
	return sum, err
}

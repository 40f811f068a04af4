package moderation

import (
	"embed"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "moderation", Files: files} }

func insertNotice(tx *db.Tx, n Notice) error {
	return tx.Insert("notice", []string{"id", "code", "object", "record", "ground", "explanation", "name", "email", "locale", "state", "answer", "made_us"}, [][]any{
		{int64(n.ID), n.Code, n.Object, int64(n.Record), string(n.Ground), n.Explanation, n.Name, string(n.Email), string(n.Locale), string(n.State), n.Answer, value.Micros(n.Made)}})
}

const noticeColumns = "id, code, object, record, ground, explanation, name, email, locale, state, answer, made_us, answered_us"

func scanNotice(row db.Scanner) (Notice, error) {
	var n Notice
	var made_us int64
	var answered_us *int64
	err := row.Scan(&n.ID, &n.Code, &n.Object, &n.Record, &n.Ground, &n.Explanation, &n.Name, &n.Email, &n.Locale, &n.State, &n.Answer, &made_us, &answered_us)
	n.Made = value.FromMicros(made_us)
	if answered_us != nil {
		n.Answered = value.FromMicros(*answered_us)
	}
	return n, err
}

// FindNotice returns a notice, or an error of kind NotFound.
func FindNotice(tx *db.Tx, id value.ID) (Notice, error) {
	return db.One(tx, scanNotice, "select "+noticeColumns+" from notice where id = $1", int64(id))
}

// FindNoticeByCode returns the notice whose author was given the code, or an error of kind NotFound.
func FindNoticeByCode(tx *db.Tx, code string) (Notice, error) {
	if !codeShape.MatchString(code) {
		return Notice{}, value.Errorf(value.NotFound, "no notice has this code")
	}
	return db.One(tx, scanNotice, "select "+noticeColumns+" from notice where code = $1", code)
}

const mostListed = 500

// Notices returns up to limit notices in a state, oldest first when they are open and newest first when they are
// answered; never more than 500.
func Notices(tx *db.Tx, state NoticeState, limit int) ([]Notice, error) {
	order := "asc"
	if state == Answered {
		order = "desc"
	}
	return db.All(tx, scanNotice, "select "+noticeColumns+" from notice where state = $1 order by id "+order+" limit $2", string(state), min(max(limit, 1), mostListed))
}

// NoticesAbout returns the notices about one record, newest first.
func NoticesAbout(tx *db.Tx, object string, record value.ID, limit int) ([]Notice, error) {
	return db.All(tx, scanNotice, "select "+noticeColumns+" from notice where record = $1 and object = $2 order by id desc limit $3",
		int64(record), object, limit)
}

// CountNotices counts the open notices.
func CountNotices(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from notice where state = 'open'")
}

func storeAnswer(tx *db.Tx, id value.ID, answer string) error {
	_, err := tx.Exec("update notice set state = 'answered', answer = $2, answered_us = $3 where id = $1", int64(id), answer, value.Micros(tx.Now()))
	if err == nil {
		tx.Log(db.Change{Object: "notice", Record: id, Diff: map[string]any{"state": []string{string(Open), string(Answered)}}})
	}
	return err
}

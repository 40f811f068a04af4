package app

import (
	"fairground/internal/account"
	"fairground/internal/api"
	"fairground/internal/appeal"
	"fairground/internal/audit"
	"fairground/internal/automation"
	"fairground/internal/bank"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/follow"
	"fairground/internal/job"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/member"
	"fairground/internal/message"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/notice"
	"fairground/internal/profile"
	"fairground/internal/reach"
	"fairground/internal/record"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/saved"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/trade"
	"fairground/internal/transfer"
)

// SiteSchemas are the tables of a site, those that others refer to first.
func SiteSchemas() []db.Schema {
	return []db.Schema{
		change.Schema(), audit.Schema(), job.Schema(), mail.Schema(), site.Schema(), account.Schema(),
		record.Schema(), transfer.Schema(), safety.Schema(), listing.Schema(), search.Schema(), moderation.Schema(), notice.Schema(), legal.Schema(), evidence.Schema(), bank.Schema(), rulebook.Schema(), appeal.Schema(), network.Schema(), automation.Schema(), api.Schema(),
		member.Schema(), follow.Schema(), profile.Schema(), reach.Schema(), saved.Schema(), message.Schema(), trade.Schema(), standing.Schema(),
	}
}

// ProviderSchemas are the tables of the provider's own database.
func ProviderSchemas() []db.Schema {
	return []db.Schema{change.Schema(), audit.Schema(), job.Schema(), mail.Schema(), site.ProviderSchema()}
}

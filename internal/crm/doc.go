// Package crm declares what a marketplace keeps about the people and businesses it deals with: person, business, deal
// and activity, as objects of package record. They are ordinary objects: staff may add fields, views and rules of their
// own, and conditions, imports, exports and the API work on them as on any other.
//
// Every seller has a person or a business here. A reader of the change log makes one when a seller appears; it links,
// it copies no contact.
//
// Objects: person, business, deal, activity. Tables: none of its own.
package crm

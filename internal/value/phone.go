package value

import "github.com/nyaruka/phonenumbers"

// Phone is a telephone number in E.164 form, such as +41790000000.
type Phone string

// ParsePhone reads a number as people of a region (ISO 3166 code) write it. It returns an error of kind Invalid on the
// field "phone".
func ParsePhone(text, region string) (Phone, error) {
	number, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return "", Fieldf("phone", "write a telephone number such as +41 44 668 18 00")
	}
	return Phone(phonenumbers.Format(number, phonenumbers.E164)), nil
}

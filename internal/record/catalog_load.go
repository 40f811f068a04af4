package record

import "fairground/internal/db"

func (s *Store) loadCatalog(tx *db.Tx, rev, stamp int64) (*Catalog, error) { return nil, errNotYet }

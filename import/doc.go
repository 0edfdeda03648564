// Package importer reads what comes in from outside: boundary files in any OGR
// format, and tables of workers, posts, matters and reports. It lives in the
// folder import, whose name is a keyword of the language.
//
// An import is all or nothing. Everything is read and checked first; each thing
// that is wrong is named with its file, feature or line, code and place; and
// only when nothing is wrong is anything handed to the store, in one call.
package importer

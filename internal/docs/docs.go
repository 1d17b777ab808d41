// Package docs holds the tests of what is written about the packages: the map from C, and the examples.
package docs

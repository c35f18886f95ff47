"""What kind of work an activity is: feature, bug fix, documentation and so on."""
